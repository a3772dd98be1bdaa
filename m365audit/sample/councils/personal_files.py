"""Music, films, photographs and games in the storage of the sample councils."""

from typing import Final

from m365audit.sample.councils.draft import Draft
from m365audit.sample.councils.enrolment import Cast
from m365audit.sample.councils.files import add_onedrive, add_site

RULE: Final = "personal-files-stored"


def exampleton(draft: Draft) -> None:
    """A collection of music, recordings of meetings, and photographs of the council's own."""
    music = add_site(draft, "Brass band")
    for number in range(210):
        music.file(f"My music/{number + 1:03d} =Song.mp3")
    music.close()
    draft.plant(RULE, music.drive_id, "more music than can be explained")
    recordings = add_site(draft, "Committee recordings")
    for number in range(205):
        recordings.file(f"Recordings/Finance Committee {number + 1}.mp4")
    recordings.close()
    draft.near(RULE, recordings.drive_id, "recordings of Teams meetings")
    survey = add_site(draft, "Street survey")
    for number in range(150):
        survey.file(f"Lamp posts/IMG_{number + 1:04d}.jpg")
    survey.close()
    draft.near(RULE, survey.drive_id, "photographs, but no more than can be explained")


def little_sampling(draft: Draft, cast: Cast) -> None:
    """One game, and a few photographs."""
    games = add_onedrive(draft, cast["mair"])
    games.file("Old things/Castle.gba")
    games.close()
    draft.plant(RULE, games.drive_id, "a game")
    photographs = add_onedrive(draft, cast["olive"])
    for number in range(30):
        photographs.file(f"Fete/IMG_{number + 1:04d}.heic")
    photographs.close()
    draft.near(RULE, photographs.drive_id, "a few photographs")
