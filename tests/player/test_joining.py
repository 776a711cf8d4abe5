import pytest

pytestmark = pytest.mark.browser

def test_a_page_joins_and_shows(controller, site, open_page):
    from tests.player.trees import graph, map_, tile, words
    page = open_page(f"{site.url}/wall/w/o#token=abc")
    controller.wait_for_join(1)
    print(controller.wait("identify"))
    print(controller.wait("heartbeat"))
    shown = controller.show("s1", "a", [tile("r1", words("xin chào"), (0,0,600,300)), tile("r2", graph([1,3,2]), (620,0,600,300)), tile("r3", map_({"a":1}), (0,320,600,400))])
    print(shown, page.evaluate("JSON.stringify([iocPlayer.lastSwitch,iocPlayer.state,iocPlayer.counters, iocPlayer.errors])"), page.url)
    page.screenshot(path="/tmp/probe/a.png")
