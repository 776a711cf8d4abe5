"""Tide and DisplayCluster, by hand: screens that may light several displays each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wall.importing.bench import imported, refusal
from wall.geometry import Rect

TIDE_JSON = """{
  "processes": [
    {"host": "pc1", "screens": [{"display": ":0"}, {"display": ":0.1", "i": 1, "x": 1920}]},
    {"host": "pc2", "screens": [{"display": ":0", "surface": 1}]}
  ],
  "surfaces": [
    {"displayWidth": 1920, "displayHeight": 1080, "screenCountX": 2, "bezelWidth": 10},
    {"displayWidth": 3840, "displayHeight": 2160, "dimensions": {"width": 1.92, "height": 1.08}}
  ]
}"""
TIDE_XML = """<configuration>
  <dimensions numScreensX="2" numScreensY="2" displayWidth="1920" displayHeight="1080"
     displaysPerScreenX="2" displaysPerScreenY="1" bezelWidth="14" bezelHeight="12"/>
  <info name="Lobby"/>
  <process host="pc1" display=":0"><screen x="0" y="0" i="0" j="0"/></process>
  <process host="pc2" display=":0"><screen i="1" j="0"/><screen i="1" j="1"/></process>
</configuration>"""
DISPLAY_CLUSTER = """<?xml version="1.0"?>
<configuration>
  <dimensions numTilesWidth="2" numTilesHeight="1" screenWidth="3840" screenHeight="2160"
     mullionWidth="75" mullionHeight="75" fullscreen="0"/>
  <process host="r1" display=":0"><screen x="-7" y="0" i="0" j="0"/></process>
  <process host="r2" display=":0"><screen x="0" y="0" i="1" j="0"/></process>
</configuration>"""


def test_a_surface_of_several_is_chosen_and_its_screens_with_it(tmp_path: Path) -> None:
    wall, text = imported(tmp_path, TIDE_JSON, surface=0)
    assert [each.rect for each in wall.outputs] == [
        Rect(0, 0, 1920, 1080),
        Rect(1930, 0, 1920, 1080),
    ]
    assert "a2: pc1, :0.1, window at 1920,0" in text
    wall, text = imported(tmp_path, TIDE_JSON, surface=1)
    assert wall.canvas == Rect(0, 0, 3840, 2160)
    assert wall.pitch_mm == pytest.approx(0.5)
    assert "a1: pc2" in text


@pytest.mark.parametrize(
    ("surface", "said"), [(None, "holds 2 surfaces"), (2, "no surface 2"), (-1, "no surface -1")]
)
def test_a_surface_that_is_not_there_is_refused(surface: int | None, said: str) -> None:
    assert said in refusal(TIDE_JSON, surface=surface)


def test_a_screen_of_two_displays_is_one_output_with_the_bezel_between(tmp_path: Path) -> None:
    wall, _ = imported(tmp_path, TIDE_XML)
    assert len(wall.panels) == 6
    assert wall.name["vi"] == "Lobby"
    assert {each.output_id: each.rect for each in wall.outputs} == {
        "a1": Rect(0, 0, 2 * 1920 + 14, 1080),
        "a3": Rect(2 * 1934, 0, 2 * 1920 + 14, 1080),
        "b3": Rect(2 * 1934, 1092, 2 * 1920 + 14, 1080),
    }


def test_displaycluster_has_its_own_words_for_the_same(tmp_path: Path) -> None:
    wall, text = imported(tmp_path, DISPLAY_CLUSTER)
    assert wall.columns.seams == ((3840, 3915),)
    assert "a DisplayCluster configuration" in text
    assert "a1: r1, :0, window at -7,0" in text


def test_a_surface_without_screens_is_taken_as_lit(tmp_path: Path) -> None:
    text = '<configuration><dimensions displayWidth="800" displayHeight="600"/></configuration>'
    wall, written = imported(tmp_path, text)
    assert wall.canvas == Rect(0, 0, 800, 600)
    assert "names no screens" in written


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('displayWidth="1920"', "", "dimensions.displayWidth is missing"),
        ('displayWidth="1920"', 'displayWidth="-5"', "dimensions.displayWidth is '-5'"),
        ('displayWidth="1920"', 'displayWidth="nan"', "dimensions.displayWidth is 'nan'"),
        ('numScreensX="2"', 'numScreensX="900"', "dimensions.numScreensX is '900'"),
        ('displaysPerScreenX="2"', 'displaysPerScreenX="30"', "60 x 2 displays"),
        ('i="1" j="1"', 'i="1" j="0"', "two screens at i=1, j=0"),
        ('i="1" j="1"', 'i="1" j="7"', "screen 2: j is '7'"),
        ('bezelWidth="14"', 'bezelWidth="14" physicalWidth="-3"', "physicalWidth is '-3'"),
        ("dimensions ", "size ", "has no <dimensions>"),
        ("</configuration>", "", "is not valid XML"),
        ("configuration", "wall", "is XML of <wall>"),
    ],
)
def test_a_wrong_configuration_is_refused_with_the_place(old: str, new: str, said: str) -> None:
    assert said in refusal(TIDE_XML.replace(old, new))


def test_a_saved_session_is_told_from_a_configuration() -> None:
    session = '<?xml version="1.0"?><!DOCTYPE boost_serialization><boost_serialization/>'
    assert "saved session" in refusal(session)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"surfaces": []}', "surfaces is empty"),
        ('{"surfaces": 4}', "surfaces is 4, expected a list of objects"),
        ('{"surfaces": [{}]}', "surfaces[0].displayWidth is missing"),
        ('{"surfaces": [{"displayWidth": 9, "displayHeight": 9}], "processes": [{}]}',
         "processes[0].screens is missing"),
        ('{"surfaces": [{"displayWidth": 1e9, "displayHeight": 9}]}', "from 1 to 16384"),
    ],
)  # fmt: skip
def test_a_wrong_tide_surface_is_refused_with_the_place(text: str, said: str) -> None:
    assert said in refusal(text)


def test_a_picture_for_each_eye_is_refused_as_such() -> None:
    both = (
        '<process stereo="left"><screen i="0" j="0"/></process>'
        '<process><screen i="0" j="0" stereo="right"/></process>'
    )
    stereo = (
        f'<configuration><dimensions displayWidth="9" displayHeight="9"/>{both}</configuration>'
    )
    assert "one for each eye (stereo)" in refusal(stereo)


def test_projectors_that_overlap_are_refused_with_the_place() -> None:
    overlapping = TIDE_XML.replace('bezelWidth="14"', 'bezelWidth="-60"')
    assert "dimensions.bezelWidth is '-60', expected a whole number from 0" in refusal(overlapping)


def test_bezels_through_a_screen_are_said_to_be_unknown(tmp_path: Path) -> None:
    older = DISPLAY_CLUSTER.replace("fullscreen", 'bezelsPerScreenX="0" bezelsPerScreenY="1" full')
    _, text = imported(tmp_path, older)
    assert "bezels run through its screens" in text
    _, text = imported(tmp_path, older.replace('Y="1"', 'Y="0"'))
    assert "bezels run" not in text
