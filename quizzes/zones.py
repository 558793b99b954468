"""Time zones to choose from: a hundred or so by region, each by the name it has today.

They are those where most people live; any other zone that is stored, or that a browser has, is
offered next to them.
"""

from __future__ import annotations

import zoneinfo
from functools import cache

from django.utils import timezone
from django.utils.translation import gettext as _

REGIONS = {
    "Africa": (
        "Abidjan Accra Addis_Ababa Algiers Cairo Casablanca Dakar Dar_es_Salaam Harare Johannesburg Kampala Khartoum "
        "Kinshasa Lagos Lusaka Maputo Nairobi Tripoli Tunis Windhoek"
    ),
    "America": (
        "Anchorage Argentina/Buenos_Aires Bogota Caracas Chicago Denver Guatemala Guayaquil Halifax Havana Jamaica "
        "La_Paz Lima Los_Angeles Mexico_City Montevideo New_York Panama Phoenix Port-au-Prince Puerto_Rico Regina "
        "Santiago Santo_Domingo Sao_Paulo St_Johns Tijuana Toronto Vancouver Winnipeg"
    ),
    "Asia": (
        "Almaty Amman Baghdad Baku Bangkok Beirut Colombo Damascus Dhaka Dubai Ho_Chi_Minh Hong_Kong Jakarta Jerusalem Kabul "
        "Karachi Kathmandu Kolkata Kuala_Lumpur Manila Riyadh Seoul Shanghai Singapore Taipei Tashkent Tbilisi Tehran "
        "Tokyo Ulaanbaatar Vladivostok Yangon Yekaterinburg Yerevan"
    ),
    "Atlantic": "Azores Cape_Verde Reykjavik",
    "Australia": "Adelaide Brisbane Darwin Perth Sydney",
    "Europe": (
        "Amsterdam Athens Belgrade Berlin Brussels Bucharest Budapest Copenhagen Dublin Helsinki Istanbul Kyiv Lisbon "
        "London Madrid Moscow Oslo Paris Prague Rome Sofia Stockholm Vienna Warsaw Zurich"
    ),
    "Pacific": "Auckland Fiji Guam Honolulu Port_Moresby",
}
# Names that browsers and older databases still give, and the zone they stand for.
FORMER = {
    "Africa/Asmera": "Africa/Nairobi",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Dacca": "Asia/Dhaka",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Asia/Tel_Aviv": "Asia/Jerusalem",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Europe/Kiev": "Europe/Kyiv",
    "Etc/UTC": "UTC",
    "Etc/GMT": "UTC",
    "GMT": "UTC",
    "US/Central": "America/Chicago",
    "US/Eastern": "America/New_York",
    "US/Mountain": "America/Denver",
    "US/Pacific": "America/Los_Angeles",
}


def canonical(name: str) -> str:
    """Return the name that a zone has today."""
    return FORMER.get(name, name)


def is_known(name: str) -> bool:
    return name in zoneinfo.available_timezones()


def place(name: str) -> str:
    """Return the place of a zone: "Berlin", "Buenos Aires", "UTC"."""
    return name.rpartition("/")[2].replace("_", " ")


def time_of(name: str) -> str:
    """Return how times in a zone are called next to them: "Berlin time", "UTC"."""
    return name if "/" not in name else _("%(place)s time") % {"place": place(name)}


def words_of_reader() -> str:
    """Return how the times of this page are called next to them."""
    return time_of(timezone.get_current_timezone_name())


@cache
def regions() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return zones by region, named by place: ("Africa", [("Africa/Nairobi", "Nairobi"), …])."""
    return [
        (region, sorted(((f"{region}/{one}", place(one)) for one in names.split()), key=lambda choice: choice[1]))
        for region, names in REGIONS.items()
    ]


def choices(current: str) -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Return the choices of a field: UTC and the zone in use, where the list has it not, then the list by region."""
    listed = {name for _region, places in regions() for name, _place in places}
    others = sorted({"UTC", current} - listed - {""})
    return [*((name, name.replace("_", " ")) for name in others), *regions()]
