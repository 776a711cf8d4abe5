// The installer's test pattern, drawn in canvas coordinates: what is straight on the wall's plane
// is straight over its bezels, so whatever hangs or is cut wrong shows as a step in a line.

const MINOR_PX = 60;
const MAJOR_PX = 300;
const EDGE_PX = 1;
const CORNER_PX = 48;
const INK = { minor: "#16212a", major: "#375062", edge: "#ffffff", corner: "#ff3b30" };
const LINE = { diagonal: "#ffc940", circle: "#56b4e9", seam: "#ff7ad9", wall: "#f2f4f6" };
const BARS = ["#fff", "#ff0", "#0ff", "#0f0", "#f0f", "#f00", "#00f", "#000"];
const NEAR_BLACK = [0, 4, 8, 12, 16, 20, 24];
const NEAR_WHITE = [231, 235, 239, 243, 247, 251, 255];
const GREYS = 17;
export const PARTS = ["grid", "lines", "colours", "text"]; // when nothing else is asked for

const right = (rect) => rect.x + rect.width;
const bottom = (rect) => rect.y + rect.height;
const overlap = (a, aEnd, b, bEnd) => a < bEnd && b < aEnd;

// The dark pixels between an output and its nearest neighbour on each side: {left, top, right,
// bottom}, null where there is none.
export function gaps(rect, rects) {
  const beside = rects.filter((each) => overlap(rect.y, bottom(rect), each.y, bottom(each)));
  const over = rects.filter((each) => overlap(rect.x, right(rect), each.x, right(each)));
  const least = (found) => {
    const apart = found.filter((each) => each >= 0);
    return apart.length > 0 ? Math.min(...apart) : null;
  };
  return {
    left: least(beside.map((each) => rect.x - right(each))),
    top: least(over.map((each) => rect.y - bottom(each))),
    right: least(beside.map((each) => each.x - right(rect))),
    bottom: least(over.map((each) => each.y - bottom(rect))),
  };
}

// Draw the still parts. `pen` takes canvas coordinates; `outputs`: [{outputId, rectPx, lines}] with
// the words to write on each.
export function draw(pen, { canvasPx, outputs, parts, unitPx }) {
  pen.fillStyle = "#000";
  pen.fillRect(-canvasPx.width, -canvasPx.height, 3 * canvasPx.width, 3 * canvasPx.height);
  if (parts.includes("grid")) grid(pen, canvasPx, outputs);
  if (parts.includes("lines")) lines(pen, canvasPx, outputs);
  for (const each of outputs) {
    if (parts.includes("colours")) colours(pen, each.rectPx);
    if (parts.includes("text")) words(pen, each.rectPx, each.lines, unitPx);
  }
}

function grid(pen, { width, height }, outputs) {
  for (const [step, ink] of [[MINOR_PX, INK.minor], [MAJOR_PX, INK.major]]) {
    pen.fillStyle = ink;
    for (let x = 0; x < width; x += step) pen.fillRect(x, 0, 1, height);
    for (let y = 0; y < height; y += step) pen.fillRect(0, y, width, 1);
  }
  pen.fillStyle = "#7f98a8";
  pen.font = '15px "Noto Sans", sans-serif';
  pen.textAlign = "left";
  pen.textBaseline = "top";
  for (let x = 0; x < width; x += 2 * MAJOR_PX) {
    for (let y = 0; y < height; y += 2 * MAJOR_PX) pen.fillText(`${x}, ${y}`, x + 4, y + 2);
  }
  for (const { rectPx } of outputs) edges(pen, rectPx);
}

// The outermost pixels of an output: what of them is missing, the panel or its mode cuts off.
function edges(pen, rect) {
  const frame = (size, width, ink) => {
    pen.fillStyle = ink;
    const { x, y } = rect;
    const [right_, bottom_] = [right(rect), bottom(rect)];
    const across = Math.min(size, rect.width);
    const down = Math.min(size, rect.height);
    for (const top of [y, bottom_ - width]) {
      pen.fillRect(x, top, across, width);
      pen.fillRect(right_ - across, top, across, width);
    }
    for (const left of [x, right_ - width]) {
      pen.fillRect(left, y, width, down);
      pen.fillRect(left, bottom_ - down, width, down);
    }
  };
  frame(Infinity, EDGE_PX, INK.edge);
  frame(CORNER_PX, 3 * EDGE_PX, INK.corner);
}

function lines(pen, { width, height }, outputs) {
  const rects = outputs.map(({ rectPx }) => rectPx);
  const side = Math.min(...rects.flatMap((rect) => [rect.width, rect.height]));
  const stroke = (ink, thickness, path) => {
    pen.strokeStyle = ink;
    pen.lineWidth = thickness;
    pen.beginPath();
    path();
    pen.stroke();
  };
  const circle = (x, y, radius) => {
    pen.moveTo(x + radius, y);
    pen.arc(x, y, radius, 0, 2 * Math.PI);
  };
  stroke(LINE.diagonal, 2, () => {
    for (let x = -height; x < width; x += side) {
      pen.moveTo(x, 0);
      pen.lineTo(x + height, height);
      pen.moveTo(x, height);
      pen.lineTo(x + height, 0);
    }
  });
  stroke(LINE.wall, 3, () => {
    pen.moveTo(0, 0);
    pen.lineTo(width, height);
    pen.moveTo(0, height);
    pen.lineTo(width, 0);
    circle(width / 2, height / 2, 0.48 * Math.min(width, height));
  });
  stroke(LINE.circle, 2, () => {
    for (const rect of rects) circle(rect.x + rect.width / 2, rect.y + rect.height / 2, 0.45 * side);
  });
  stroke(LINE.seam, 3, () => {
    for (const rect of rects) {
      const gap = gaps(rect, rects);
      const middle = { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
      if (gap.right !== null) circle(right(rect) + gap.right / 2, middle.y, 0.25 * side);
      if (gap.bottom !== null) circle(middle.x, bottom(rect) + gap.bottom / 2, 0.25 * side);
    }
  });
}

// Bars, a ramp of greys, and the darkest and brightest steps side by side.
function colours(pen, rect) {
  const box = {
    x: rect.x + 0.2 * rect.width,
    y: rect.y + 0.74 * rect.height,
    width: 0.6 * rect.width,
    height: 0.2 * rect.height,
  };
  const greys = Array.from({ length: GREYS }, (_, i) => grey((255 * i) / (GREYS - 1)));
  const limits = [...NEAR_BLACK, ...NEAR_WHITE].map(grey);
  [BARS, greys, limits].forEach((row, i) => {
    row.forEach((ink, j) => {
      const from = Math.round(box.x + (box.width * j) / row.length);
      const to = Math.round(box.x + (box.width * (j + 1)) / row.length);
      const top = Math.round(box.y + (box.height * i) / 3);
      pen.fillStyle = ink;
      pen.fillRect(from, top, to - from, Math.round(box.y + (box.height * (i + 1)) / 3) - top);
    });
  });
}

const grey = (level) => `rgb(${Math.round(level)} ${Math.round(level)} ${Math.round(level)})`;

function words(pen, rect, lines_, unitPx) {
  const big = Math.min(unitPx * 4, rect.height / 5);
  const small = Math.min(unitPx, rect.height / 22);
  const x = rect.x + rect.width / 2;
  const top = rect.y + 0.14 * rect.height;
  const font = (i) => `${i === 0 ? 700 : 400} ${i === 0 ? big : small}px "Noto Sans", sans-serif`;
  const heights = lines_.map((_, i) => (i === 0 ? big * 1.2 : small * 1.4));
  const widths = lines_.map(({ text }, i) => {
    pen.font = font(i);
    return pen.measureText(text).width;
  });
  const width = Math.max(...widths) + 2 * small;
  const height = heights.reduce((sum, each) => sum + each, small);
  pen.fillStyle = "rgb(0 0 0 / 82%)";
  pen.fillRect(x - width / 2, top, width, height);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  let y = top + small / 2;
  lines_.forEach(({ text, isWrong }, i) => {
    pen.font = font(i);
    pen.fillStyle = isWrong ? "#ffc940" : "#f2f4f6";
    pen.fillText(text, x, y + heights[i] / 2);
    y += heights[i];
  });
}
