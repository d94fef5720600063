"""One plain sentence about a connector, from its reason record and the words of a language."""


def duration(words: dict, seconds: int) -> str:
    phrases = words["phrases"]
    if seconds >= 5_400:
        return phrases["hours"].format(number=(seconds + 1_800) // 3_600)
    if seconds >= 90:
        return phrases["minutes"].format(number=(seconds + 30) // 60)
    return phrases["seconds"].format(number=seconds)


def tenths(thousandths: int) -> str:
    """12345 -> "12.3": thousandths as a decimal to the nearest tenth, without a float."""
    whole = (abs(thousandths) + 50) // 100
    sign = "-" if thousandths < 0 and whole else ""
    return f"{sign}{whole // 10}.{whole % 10}"


def limit_phrase(words: dict, reason: dict) -> str:
    """Who limits the offer and for how long; "" when nobody does."""
    phrases = words["phrases"]
    for row in reason["limits"]:
        if row["owner"] == reason["limited_by"]:
            owner = words["owners"][row["owner"]]
            if row["expires_s"]:
                time = duration(words, row["expires_s"])
                return phrases["limited-for"].format(owner=owner, time=time)
            return phrases["limited"].format(owner=owner)
    return ""


def status(words: dict, number: int, reason: dict, offer_ma: int) -> str:
    """What the connector does, why, who limits it and until when; then each fault's remedy."""
    phrases = words["phrases"]
    parts = []
    if reason["why"] == "charging":
        parts.append(phrases["charging"].format(amps=tenths(offer_ma)))
    else:
        parts.append(phrases["not-charging"].format(why=words["whys"][reason["why"]]))
        if offer_ma:
            parts.append(phrases["offered"].format(amps=tenths(offer_ma)))
    told = reason["why"] == "charging" or offer_ma or reason["limited_by"] != "station"
    limit = limit_phrase(words, reason)
    if told and limit:
        parts.append(limit)
    text = phrases["connector"].format(number=number) + ": "
    text += phrases["join"].join(parts) + phrases["end"]
    for fault in reason["faults"]:
        sentence, remedy = words["faults"][fault["code"]]
        text += "\n  " + phrases["fault"].format(code=fault["code"], sentence=sentence)
        text += "\n  " + phrases["remedy"].format(remedy=remedy)
    return text


def condition(words: dict, number: int, fields: dict) -> str:
    """How the parts of a connector are that wear, from its condition message."""
    phrases = words["phrases"]
    parts = [
        phrases["wear"].format(
            percent=tenths(fields["wear_ppm"] // 10),
            cold=fields["cold_cycles"],
            hot=fields["hot_cycles"],
        ),
        phrases["rcd"].format(state=words["rcds"][fields["rcd"]], trips=fields["rcd_trips"]),
    ]
    if fields["rcd"] in ("good", "failed"):
        parts.append(phrases["tested"].format(time=duration(words, fields["rcd_age_s"])))
    text = phrases["connector"].format(number=number) + ": "
    return text + phrases["join"].join(parts) + phrases["end"]
