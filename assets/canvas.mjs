// Where the wall's pixel plane lies in this window: an output shows its own rectangle one to one,
// a view the whole wall. Pure; the caller sets the style.

// `window`: {widthPx, heightPx, devicePixelRatio} in CSS pixels. A canvas pixel takes
// `devicePixelRatio` pixels of the panel (the wall's file says how many, mostly 1), whatever the
// desktop scales: an output's scale is the one ratio over the other. A window too small for its
// output (a laptop, a panel in a wrong mode) shows all of it smaller, and `mismatch` says so.
// Returns {scale, xPx, yPx, mismatch}: a canvas point p is drawn at p * scale + (xPx, yPx).
export function placement(window, { rectPx, canvasPx, devicePixelRatio = 1 }) {
  if (rectPx === undefined) return fitted(window, { x: 0, y: 0, ...canvasPx }, null);
  const scale = devicePixelRatio / window.devicePixelRatio;
  const pixels = {
    width: Math.round(window.widthPx / scale),
    height: Math.round(window.heightPx / scale),
  };
  const matches = near(pixels.width, rectPx.width) && near(pixels.height, rectPx.height);
  const mismatch = matches
    ? null
    : `viewport ${pixels.width}x${pixels.height}, output ${rectPx.width}x${rectPx.height}`;
  const small = pixels.width < rectPx.width - 1 || pixels.height < rectPx.height - 1;
  if (small) return fitted(window, rectPx, mismatch);
  return { scale, xPx: -rectPx.x * scale, yPx: -rectPx.y * scale, mismatch };
}

function fitted(window, rect, mismatch) {
  const scale = Math.min(window.widthPx / rect.width, window.heightPx / rect.height);
  return {
    scale,
    xPx: (window.widthPx - rect.width * scale) / 2 - rect.x * scale,
    yPx: (window.heightPx - rect.height * scale) / 2 - rect.y * scale,
    mismatch,
  };
}

// Fractional scalings of the desktop round to a pixel more or less.
const near = (one, other) => Math.abs(one - other) <= 1;

export function windowSize() {
  return {
    widthPx: window.innerWidth,
    heightPx: window.innerHeight,
    devicePixelRatio: window.devicePixelRatio,
  };
}
