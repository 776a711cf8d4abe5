// The ways to a camera's picture: WHEP, HLS, MJPEG, snapshots. Each shows it in an element of its
// own, tells of every new picture, and throws a Trouble when it cannot go on. Which one is shown,
// and what is said about it: camera.mjs.

const ICE_MS = 2_000; // for addresses to be gathered; what is known then is offered
const PENDING_MS = 400; // the first snapshot is being fetched
const LONGEST_HEAD = 4_096;
const LARGEST_PART = 8_000_000;

export const HLS_TYPE = "application/vnd.apple.mpegurl";

// why: unsupported, noAnswer, noPicture, refused
export class Trouble extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

// `given`: {url: of our own answers about the camera, everyMs, language, headers, csrf: of a POST}
// `onElement(element)` before anything is seen in it, `onPicture()` at each new picture.
export async function play(way, given, { onElement, onPicture, signal }) {
  const ways = { whep, hls, mjpeg, snapshot, drawn: snapshot };
  if (ways[way] === undefined) throw new Trouble("unsupported");
  await ways[way](given, { onElement, onPicture, signal });
}

async function whep(given, { onElement, onPicture, signal }) {
  if (typeof RTCPeerConnection === "undefined") throw new Trouble("unsupported");
  const peer = new RTCPeerConnection();
  signal.addEventListener("abort", () => peer.close());
  const { video, stopped } = screen(onElement, onPicture, signal);
  peer.ontrack = ({ streams: [stream], track }) => {
    video.srcObject = stream ?? new MediaStream([track]);
    video.play().catch(() => undefined);
  };
  peer.addTransceiver("video", { direction: "recvonly" });
  await peer.setLocalDescription();
  await gathered(peer);
  const body = peer.localDescription.sdp;
  const headers = { ...given.headers, ...given.csrf(), "Content-Type": "application/sdp" };
  const answer = await asked(`${given.url}/whep`, { method: "POST", body, headers, signal });
  await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  await Promise.race([stopped, lost(peer)]);
}

async function hls(given, { onElement, onPicture, signal }) {
  const { video, stopped } = screen(onElement, onPicture, signal);
  if (video.canPlayType(HLS_TYPE) === "") throw new Trouble("unsupported");
  video.src = (await addresses(given, signal)).hls;
  video.play().catch(() => undefined); // what is wrong the element tells
  await stopped;
}

// Read part by part, not by an <img>: only so is it known when a picture is a new one.
async function mjpeg(given, { onElement, onPicture, signal }) {
  const { mjpeg: url } = await addresses(given, signal);
  const answer = await asked(url, { signal, credentials: "omit", cache: "no-store" });
  const shown = sheet(onElement, signal);
  let before = null;
  for await (const part of parts(answer.body)) {
    if (same(part, before)) continue;
    before = part;
    if (await shown.draw(new Blob([part], { type: "image/jpeg" }))) onPicture();
  }
  throw new Trouble("noAnswer"); // it ended
}

async function snapshot(given, { onElement, onPicture, signal }) {
  const shown = sheet(onElement, signal);
  const url = `${given.url}/snapshot?language=${given.language}`;
  let before = null;
  while (!signal.aborted) {
    const answer = await fetched(url, { headers: given.headers, signal, cache: "no-store" });
    if (answer.status === 503 && (await codeOf(answer)) === "pending") {
      await sleep(PENDING_MS, signal);
      continue;
    }
    const blob = await good(answer).blob();
    const bytes = new Uint8Array(await blob.arrayBuffer());
    if (!same(bytes, before)) {
      before = bytes;
      const ageMs = 1000 * Number(answer.headers.get("X-Picture-Age-S") ?? 0);
      if (await shown.draw(blob)) onPicture(ageMs);
    }
    await sleep(given.everyMs, signal);
  }
}

// The parts of a multipart answer, by their lengths or, without those, up to the next boundary.
export async function* parts(body) {
  const reader = body.getReader();
  let kept = new Uint8Array();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    kept = joined(kept, value);
    for (let found = part(kept); found !== null; found = part(kept)) {
      yield found.body;
      kept = kept.subarray(found.end);
    }
    if (kept.length > LARGEST_PART) throw new Trouble("noPicture");
  }
}

function part(bytes) {
  const head = indexOf(bytes, "\r\n\r\n");
  if (head === -1 || head > LONGEST_HEAD) {
    if (bytes.length > LONGEST_HEAD) throw new Trouble("noPicture"); // no multipart
    return null;
  }
  const lines = new TextDecoder("latin1").decode(bytes.subarray(0, head)).trimStart();
  const begin = head + 4;
  const length = Number(/^content-length:\s*(\d+)/im.exec(lines)?.[1] ?? NaN);
  const boundary = lines.split("\r\n")[0];
  const end = Number.isNaN(length) ? indexOf(bytes, `\r\n${boundary}`, begin) : begin + length;
  if (end === -1 || end > bytes.length) return null;
  return { body: bytes.slice(begin, end), end };
}

function indexOf(bytes, text, from = 0) {
  const wanted = [...text].map((letter) => letter.charCodeAt(0));
  for (let at = bytes.indexOf(wanted[0], from); at !== -1; at = bytes.indexOf(wanted[0], at + 1)) {
    if (wanted.every((each, i) => bytes[at + i] === each)) return at;
  }
  return -1;
}

function joined(one, other) {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

const same = (one, other) =>
  other !== null && one.length === other.length && one.every((byte, i) => byte === other[i]);

// A picture drawn from encoded bytes; false of what cannot be decoded.
function sheet(onElement, signal) {
  const image = new Image();
  image.alt = "";
  onElement(image);
  signal.addEventListener("abort", () => URL.revokeObjectURL(image.src), { once: true });
  return {
    async draw(blob) {
      const url = URL.createObjectURL(blob);
      const old = image.src;
      const next = new Image();
      next.src = url;
      const isDrawn = await next.decode().then(
        () => true,
        () => false,
      );
      if (isDrawn) image.src = url;
      if (isDrawn && old.startsWith("blob:")) URL.revokeObjectURL(old);
      if (!isDrawn) URL.revokeObjectURL(url);
      return isDrawn;
    },
  };
}

// A video that tells of each frame it shows, and a promise that fails when it cannot.
function screen(onElement, onPicture, signal) {
  const video = document.createElement("video");
  Object.assign(video, { muted: true, autoplay: true, playsInline: true });
  onElement(video);
  const stopped = new Promise((_, reject) => {
    video.onerror = () => reject(new Trouble(video.error?.code === 2 ? "noAnswer" : "noPicture"));
    video.onended = () => reject(new Trouble("noAnswer"));
    signal.addEventListener("abort", () => {
      video.onerror = null;
      video.removeAttribute("src");
      video.srcObject = null;
      reject(signal.reason);
    });
  });
  stopped.catch(() => undefined); // who waits for it may have ended for another reason
  const next = () => {
    video.requestVideoFrameCallback(() => {
      onPicture();
      if (!signal.aborted) next();
    });
  };
  next();
  return { video, stopped };
}

function gathered(peer) {
  return new Promise((resolve) => {
    if (peer.iceGatheringState === "complete") return resolve();
    setTimeout(resolve, ICE_MS);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState === "complete") resolve();
    });
  });
}

function lost(peer) {
  return new Promise((_, reject) => {
    peer.addEventListener("connectionstatechange", () => {
      if (["failed", "closed"].includes(peer.connectionState)) reject(new Trouble("noAnswer"));
    });
  });
}

async function addresses({ url, headers }, signal) {
  return (await asked(url, { headers, signal, cache: "no-store" })).json();
}

const asked = async (url, options) => good(await fetched(url, options));

async function fetched(url, options) {
  try {
    return await fetch(url, options);
  } catch (error) {
    if (options.signal.aborted) throw error;
    throw new Trouble("noAnswer");
  }
}

function good(answer) {
  if (answer.status === 401 || answer.status === 403) throw new Trouble("refused");
  if (!answer.ok) throw new Trouble("noPicture");
  return answer;
}

const codeOf = async (answer) => (await answer.json().catch(() => null))?.error?.code;

// Wait, or fail at once when `signal` is aborted. Leaves nothing at the signal: a camera that is asked
// every few seconds for months has one all the time.
export function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    const give = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", give);
      resolve();
    }, ms);
    signal.addEventListener("abort", give, { once: true });
  });
}
