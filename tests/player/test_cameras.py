"""R37, R32: a camera plays by the best way that works, says which, and is never a black box.

The picture is a real stream of ffmpeg on loopback; WebRTC runs between two pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.player.camera import TestCamera
from tests.player.conftest import until
from tests.player.site import Site, relay

pytestmark = pytest.mark.browser

HLS, MJPEG = "/stream/index.m3u8", "/stream/mjpeg"
SEEN = "document.querySelector('.camera-stage').dataset.state"
SAYS = "document.querySelector('.camera-says').textContent"
MOUNT = """async ([ways, frozenMs, words]) => {
    const { followCameras, camerasIn } = await import('/assets/camera.mjs');
    document.body.lang = 'en';
    const box = document.createElement('div');
    box.style = 'position: relative; width: 320px; height: 180px';
    box.innerHTML = '<div class="camera-stage"></div>';
    const data = { camera: 'of/test', ways, frozenMs, everyMs: 250, words };
    Object.assign(box.firstChild.dataset, data);
    document.body.replaceChildren(box);
    const begunMs = performance.now();
    await camerasIn(document.body);
    return performance.now() - begunMs;
}"""
WORDS = (
    '{"waiting": "waiting", "gone": "no picture", "is_snapshot": "snapshots", "drawn": "drawn",'
    ' "unsupported": "{way} unsupported", "noAnswer": "{way} no answer",'
    ' "noPicture": "{way} no picture", "frozen": "{way} still", "refused": "{way} refused"}'
)
CORNER = """(() => {
    const canvas = document.querySelector('.camera-last');
    return Math.max(...canvas.getContext('2d').getImageData(0, 0, canvas.width, 20).data
        .filter((_, i) => i % 4 !== 3));
})()"""


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[TestCamera]:
    relay.camera = TestCamera(tmp_path)
    yield relay.camera
    relay.camera.stop()
    relay.camera, relay.ways = None, {}


def _mount(page: Page, ways: str, *, frozen_ms: int = 15_000) -> float:
    took_ms: float = page.evaluate(MOUNT, [ways, frozen_ms, WORDS])
    return took_ms


def _says(page: Page) -> str:
    return str(page.evaluate(SAYS))


def test_hls_plays_natively_where_the_browser_can_else_it_says_so_and_mjpeg_plays(
    page: Page, camera: TestCamera
) -> None:
    relay.ways = {"hls": HLS, "mjpeg": MJPEG}
    until(page, f"(await (await fetch('{HLS}')).text()).includes('index2.ts')")
    can = page.evaluate(
        "document.createElement('video').canPlayType('application/vnd.apple.mpegurl') !== ''"
    )
    _mount(page, "hls" if can else "hls mjpeg snapshot")  # on a busy machine it may begin late
    said = "HLS" if can else "MJPEG · HLS unsupported"
    until(page, f"{SEEN} === 'playing' && {SAYS} === '{said}'", longest_ms=60_000)
    if can:
        until(page, "document.querySelector('video.camera-live')?.videoWidth === 320")


def test_a_way_that_fails_gives_way_and_the_last_picture_stays_with_its_age(
    page: Page, camera: TestCamera
) -> None:
    relay.ways = {"mjpeg": MJPEG, "hls": "/stream/nothing.m3u8"}
    _mount(page, "hls mjpeg")
    until(page, f"{SEEN} === 'playing' && {SAYS}.startsWith('MJPEG · HLS ')", longest_ms=60_000)
    camera.stop()
    until(page, f"{SEEN} === 'gone'")
    assert _says(page).startswith("No picture · ")
    assert "MJPEG no answer" in _says(page)
    assert page.evaluate("document.querySelectorAll('.camera-says .ioc-age').length") == 1
    assert page.evaluate(CORNER) > 100  # never a black box


def test_a_picture_that_stands_still_is_told_from_one_that_moves(
    page: Page, camera: TestCamera
) -> None:
    _mount(page, "snapshot", frozen_ms=3_000)
    until(page, f"{SEEN} === 'playing' && {SAYS} === 'Snapshots'")
    camera.stop()  # the relay answers on, with the same picture
    until(page, f"{SEEN} === 'gone'")
    assert "snapshots still" in _says(page)


def test_a_dead_camera_holds_no_switch(page: Page) -> None:
    relay.ways = {"mjpeg": "/stream/mjpeg"}
    assert _mount(page, "whep mjpeg snapshot") < 4_000  # of the six that anything may take
    assert page.evaluate(SEEN) in ("waiting", "gone")
    assert _says(page)


def test_webrtc_plays_by_whep(page: Page, context: BrowserContext, site: Site) -> None:
    sender = context.new_page()
    sender.goto(f"{site.url}/empty")
    sender.evaluate(
        """() => {
            const canvas = document.createElement('canvas');
            const draw = canvas.getContext('2d');
            let turn = 0;
            setInterval(() => {
                draw.fillStyle = `hsl(${(turn += 5)} 80% 60%)`;
                draw.fillRect(0, 0, canvas.width, canvas.height);
            }, 50);
            window.answer = async (sdp) => {
                window.peer = new RTCPeerConnection();
                const stream = canvas.captureStream(20);
                peer.addTrack(stream.getVideoTracks()[0], stream);
                await peer.setRemoteDescription({ type: 'offer', sdp });
                await peer.setLocalDescription();
                await new Promise((done) => setTimeout(done, 1000));
                return peer.localDescription.sdp;
            };
        }"""
    )

    def whep(route: Any) -> None:
        answer = sender.evaluate("(sdp) => window.answer(sdp)", route.request.post_data)
        route.fulfill(status=201, content_type="application/sdp", body=answer)

    page.route("**/camera/of/test/whep", whep)
    _mount(page, "whep")
    until(page, f"{SEEN} === 'playing' && {SAYS} === 'WebRTC'", longest_ms=60_000)
    page.unroute("**/camera/of/test/whep")
    sender.close()
