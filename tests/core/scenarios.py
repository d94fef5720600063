"""The scenarios of a charge: inputs in time, and what the outputs must be in time.

Inputs: seconds, then word=value.  cp: what the vehicle shows.  auth, on, phases, tested,
air: permits.  limit: the station's, in ampere.  budget: ampere/seconds of a limit that
must be renewed.  diode, pp (ohm), mirror, lock, I (A), T (degrees), U (V), f (Hz): the
world.  fault, good: a guard's input comes, goes.  clear: an operator clears;
service: somebody who has been there does.

Checks: word=value from..to, over all of that time, seconds.  st, pw (percent, or F), K
(contactor), L (lock), flt (active; - for none), why.  A deadline is the beginning of a
span; the 20 ms allowed for measuring are in it.
"""

from typing import Any, NamedTuple

from evse.core.supply import OPEN_PEN


class Scenario(NamedTuple):
    name: str
    title: str
    inputs: str
    checks: str
    settings: dict[str, Any] = {}


def _s(name: str, title: str, inputs: str, checks: str, **settings: Any) -> Scenario:
    return Scenario(name, title, inputs, checks, settings)


CHARGE = "0 cp=A; 1 cp=B; 5 cp=C"  # S04, where most begin
OVERHEAT = CHARGE + "; 20 T=66; 25 T=69; 30 T=63; 31 T=61; 40 T=72; 60 T=61"

SCENARIOS = [
    _s("S01", "an empty station shows +12 V and does nothing", "0 cp=A",
       "st=A 0..10; pw=100 0..10; K=0 0..10; L=0 0..10; why=no-vehicle 0..10"),
    _s("S02", "without authorisation there is no PWM, but the plug is held",
       "0 auth=0; 1 cp=B",
       "pw=100 0..61; K=0 0..61; st=B1 1.02..61; L=1 2..61; why=waiting-for-authorisation 2..61"),
    _s("S03", "the offer is there within a second of the plug", "1 cp=B",
       "K=0 0..20; st=B2 2..20; pw=26.667 2..20; L=1 2..20; why=waiting-for-vehicle 2..20"),
    _s("S04", "a vehicle that asks has power within 3 s, and never before", CHARGE,
       "K=0 0..4.99; K=1 8..20; st=C2 8..20; why=charging 8..20; flt=- 0..20"),
    _s("S05", "power goes within 100 ms when the vehicle stops asking", CHARGE + "; 20 cp=B",
       "K=0 20.1..26; pw=26.667 2..26; L=1 2..26; st=B2 20.1..26; why=finished 20.1..26"),
    _s("S06", "a vehicle that asks again has power again within 3 s",
       CHARGE + "; 20 cp=B; 27 cp=C", "K=0 20.1..26.99; K=1 30..40"),
    _s("S07", "a short stop is answered within 3 s too", CHARGE + "; 20 cp=B; 21 cp=C",
       "K=0 20.1..20.99; K=1 24..40"),
    _s("S07-rest", "a contactor set to rest 5 s after opening does",
       CHARGE + "; 20 cp=B; 21 cp=C",
       "K=0 20.1..24.99; K=1 25.1..40; why=reclose-delay 21.6..24.99", rest_ms=5_000),
    _s("S08", "unplugging under load opens within 100 ms, then lets the plug go",
       CHARGE + "; 20 cp=A",
       "K=0 20.1..30; pw=100 20.1..30; L=1 8..20; L=0 21..30; st=A 20.1..30"),
    _s("S09", "unplugging without load ends the offer", "1 cp=B; 5 cp=A",
       "pw=100 5.1..10; L=0 6..10; st=A 5.1..10; K=0 0..10"),
    _s("S10", "a vehicle without S2 charges", "1 cp=C",
       "K=1 4..10; st=C2 4..10; pw=26.667 4..10"),
    _s("S10-10A", "a vehicle without S2 gets 10 A where that is set", "1 cp=C",
       "K=1 4..10; pw=16.666 4..10", simplified_max_ma=10_000),
    _s("S10-8A", "or less, where the limits say so", "0 limit=8; 1 cp=C",
       "K=1 4..10; pw=13.333 4..10", simplified_max_ma=10_000),
    _s("S10-no", "a vehicle without S2 is refused where that is set", "1 cp=C",
       "K=0 0..20; pw=100 0..20; st=C1 1.1..20; why=not-supported 1.5..20", simplified=False),
    _s("S10-B", "a vehicle that shows B after all is not refused", "1 cp=C; 5 cp=B; 8 cp=C",
       "K=0 0..8; K=1 11..20", simplified=False),
    _s("S11", "a vehicle without S2 waits for authorisation too", "0 auth=0; 1 cp=C",
       "st=C1 1.1..61; pw=100 0..61; K=0 0..61"),
    _s("S12", "authorisation brings power within 3 s", "0 auth=0; 1 cp=C; 30 auth=1",
       "K=0 0..30; pw=26.667 30.1..40; K=1 33..40"),
    _s("S13", "a stop takes the offer at once and leaves the vehicle its time",
       CHARGE + "; 20 on=0; 21 cp=B",
       "pw=100 20.1..30; K=1 8..20.99; K=0 21.1..30; st=C1 20.1..20.99; st=B1 21.1..30;"
       "why=stopping 20.1..20.99; why=paused-by-operator 21.2..30"),
    _s("S14", "a vehicle that ignores a stop is cut off after 6 s", CHARGE + "; 20 on=0",
       "pw=100 20.02..40; K=1 8..25.98; K=0 26.5..40; flt=opened-under-load 26.5..40;"
       "why=vehicle-ignores-stop 26.5..40"),
    _s("S15", "a start within the 6 s undoes the stop", CHARGE + "; 20 on=0; 23 on=1",
       "K=1 8..40; pw=26.667 23.1..40; flt=- 0..40"),
    _s("S16", "a start after the 6 s closes again within 3 s",
       CHARGE + "; 20 on=0; 30 on=1", "K=0 26.5..29.9; K=1 33..40; pw=26.667 30.1..40"),
    _s("S17", "a new limit shows within 5 s", CHARGE + "; 20 limit=10",
       "pw=16.666 25..40; K=1 8..40"),
    _s("S18", "two changes of duty are 5 s apart", CHARGE + "; 20 limit=10; 22 limit=8",
       "pw=16.666 20.1..24.98; pw=13.333 25.1..40"),
    _s("S19", "no current is told at once, whatever the last change of duty",
       CHARGE + "; 18 limit=10; 20 limit=0; 21 cp=B",
       "pw=100 20.02..40; K=1 8..20.99; K=0 21.1..40; why=no-current-available 21.2..40"),
    _s("S19-6s", "no current, ignored, is cut off after 6 s", CHARGE + "; 20 limit=0",
       "pw=100 20.02..40; K=1 8..25.98; K=0 26.5..40"),
    _s("S20", "5.8 A are no offer", CHARGE + "; 20 limit=5.8", "pw=100 20.02..30"),
    _s("S20-5.9", "5.9 A are one of 6 A", CHARGE + "; 20 limit=5.9", "pw=10 25..40; K=1 8..40"),
    _s("S20-6", "6 A are offered", CHARGE + "; 20 limit=6", "pw=10 25..40; K=1 8..40"),
    _s("S21", "a 63 A cable carries 63 A", "0 limit=63 pp=100; 1 cp=B", "pw=89.2 2..20"),
    _s("S22", "a 20 A cable limits", "0 limit=32 pp=680; 1 cp=B", "pw=33.333 2..20"),
    _s("S23", "a 13 A cable limits", "0 limit=32 pp=1500; 1 cp=B", "pw=21.667 2..20"),
    _s("S24", "a plug without a code gets nothing", "0 pp=open; 1 cp=B; 5 cp=C",
       "pw=100 0..30; K=0 0..30; flt=proximity 1.2..30; st=B1 1.1..4.99"),
    _s("S24-30", "a shorted code gets nothing", "0 pp=30; 1 cp=B; 5 cp=C",
       "pw=100 0..30; K=0 0..30; flt=proximity 1.2..30"),
    _s("S25", "a code lost while charging opens at once, until the plug has left",
       CHARGE + "; 20 pp=open; 25 pp=220; 40 cp=A; 45 cp=B; 48 cp=C",
       "K=0 20.1..48; flt=proximity 20.1..39.9; flt=- 40.1..60; K=1 51..60"),
    _s("S26", "a diode that shorts while charging opens, until the vehicle has left",
       CHARGE + "; 20 diode=0; 30 cp=B diode=1; 40 cp=A; 45 cp=B",
       "K=0 20.1..60; pw=100 20.1..44; flt=diode 20.1..40; flt=- 40.1..60; pw=26.667 46..60"),
    _s("S27", "a shorted diode is found before power", "0 diode=0; 1 cp=B; 5 cp=C",
       "K=0 0..30; flt=diode 4..30"),
    _s("S28", "a shorted pilot opens at once and lets the plug go", CHARGE + "; 20 cp=E",
       "K=0 20.1..30; st=E 20.1..30; pw=100 20.1..30; L=0 21..30; flt=pilot-short 20.1..30"),
    _s("S29", "a short that has gone leaves no trace but a rest",
       CHARGE + "; 20 cp=E; 30 cp=B; 32 cp=C; 60 cp=C",
       "flt=- 30.1..60; st=B2 31..31.9; K=0 20.1..49.9; K=1 50.1..60;"
       "why=reclose-delay 33..49.9"),
    _s("S30", "a vehicle that wants air where there is none loses power, not the offer",
       CHARGE + "; 20 cp=D; 25 cp=C",
       "K=0 20.1..25; flt=ventilation 20.1..25; pw=26.667 2..40; why=no-ventilation 20.1..24.9;"
       "flt=- 25.1..40; K=1 28..40"),
    _s("S31", "a vehicle that wants air has power where there is some", "0 air=1; 1 cp=B; 5 cp=D",
       "K=0 0..5; K=1 8..20; st=D2 8..20; flt=- 0..20"),
    _s("S31-off", "power goes at once when the air does", "0 air=1; 1 cp=B; 5 cp=D; 20 air=0",
       "K=1 8..19.9; K=0 20.1..30; flt=ventilation 20.1..30"),
    _s("S32", "one stray reading changes nothing", CHARGE + "; 20 cp=B; 20.01 cp=C",
       "K=1 8..40; st=C2 8..40"),
    _s("S33", "a stop of 300 ms opens, and closes again within 3 s",
       CHARGE + "; 20 cp=B; 20.3 cp=C", "K=0 20.1..20.79; K=1 23.3..40"),
    _s("S34", "pulses are no request",
       "1 cp=B; 5 cp=C; 5.2 cp=B; 7 cp=C; 7.2 cp=B", "K=0 0..20; st=B2 7.3..20"),
    _s("S35", "a sleeping vehicle is woken once", "1 cp=B",
       "pw=26.667 2..30.98; pw=F 31.2..34.98; st=F 31.2..34.98; why=wake-up 31.2..35.7;"
       "pw=100 35.2..35.7; pw=26.667 36..120; why=waiting-for-vehicle 36..45.5;"
       "why=finished 46.2..120; K=0 0..120; L=1 2..120"),
    _s("S35-woken", "a vehicle that wakes up charges", "1 cp=B; 35.3 cp=C", "K=1 38.3..60"),
    _s("S35-off", "wake-up can be left out", "1 cp=B", "pw=26.667 2..120", wake=False),
    _s("S35-stop", "a stop breaks the wake-up off", "1 cp=B; 33 on=0; 40 on=1",
       "pw=F 31.2..32.9; pw=100 33.1..39.9; pw=26.667 40.1..120"),
    _s("S35-gone", "a vehicle that leaves during the wake-up is seen to have left",
       "1 cp=B; 33 cp=A", "st=F 31.2..34.9; st=A 35.2..60; pw=100 35.2..60"),
    _s("S35-next", "each vehicle is woken once", "1 cp=B; 60 cp=A; 65 cp=B",
       "pw=F 31.2..34.98; pw=26.667 36..59.9; pw=F 95.2..98.9; pw=26.667 100..160"),
    _s("S35-fault", "a fault that holds F breaks the wake-up off",
       "1 cp=B; 33 fault=internal; 36 good=internal; 37 service=internal",
       "pw=F 31.2..36.9; pw=100 37.1..39.9; pw=26.667 40.2..120; why=offer-delay 37.3..39.9"),
    _s("S36", "a vehicle that has asked is not woken", "1 cp=B; 29.5 cp=C; 60 cp=B",
       "pw=26.667 2..120; why=finished 60.1..120"),
    _s("S37", "authorisation taken back in B takes the offer", "1 cp=B; 10 auth=0",
       "pw=100 10.02..20; st=B1 10.02..20"),
    _s("S38", "authorisation taken back while charging is a stop",
       CHARGE + "; 20 auth=0; 21 cp=B",
       "pw=100 20.02..30; K=1 8..20.99; K=0 21.1..30; st=B1 21.1..30"),
    _s("S39", "the offer ends with the vehicle", "1 cp=B; 5 cp=A", "pw=100 5.1..20; st=A 5.1..20"),
    _s("S40", "a vehicle that was there at power-up is offered current", "0 cp=B; 10 cp=C",
       "st=B2 1..9.9; K=0 0..10; K=1 13..20"),
    _s("S41", "power waits for the self-test and the diode", "0 cp=C tested=0; 10 tested=1",
       "K=0 0..10; pw=100 0..9.9; why=self-test 0.1..9.9; pw=26.667 10.1..20; K=1 13..20"),
    _s("S41-S2", "a vehicle that asks at power-up is not taken for one without S2", "0 cp=C",
       "K=1 4..20", simplified=False),
    _s("S42", "a budget that is not renewed is no current", CHARGE + "; 10 budget=12/10",
       "pw=20 15..19.9; pw=100 20.1..40; K=1 8..25.9; K=0 26.5..40"),
    _s("S42-link", "a silent link pauses where that is set", CHARGE + "; 10 silence=10",
       "pw=26.667 2..19.9; pw=100 20.1..40; K=0 26.5..40"),
    _s("S43", "phases are switched without power, and the offer comes back",
       CHARGE + "; 20 phases=0; 21 cp=B; 31 phases=1; 33 cp=C",
       "pw=100 20.02..30.9; K=1 8..20.9; K=0 21.1..33; why=switching-phases 21.2..30.9;"
       "pw=26.667 31.1..40; K=1 36..40"),
    _s("S44", "a contactor that does not close is not asked again",
       "0 mirror=0; " + CHARGE + "; 20 cp=B; 25 cp=C; 60 cp=A; 65 cp=B; 70 cp=C",
       "flt=contactor-stuck-open 6.1..80; K=0 6.1..80"),
    _s("S45", "a welded contactor shuts the station down, plug held, whoever leaves",
       CHARGE + "; 20 cp=B; 20.02 mirror=1; 40 cp=A; 60 cp=B",
       "flt=contactor-welded 21..90; pw=F 21..90; st=F 21..90; K=0 20.1..90; L=1 8..90"),
    _s("S46", "a residual current opens at once and is remembered",
       CHARGE + "; 20 fault=rcd-trip; 20.5 good=rcd-trip",
       "K=0 20.1..60; flt=rcd-trip 20.02..60"),
    _s("S47", "unplugging forgets a residual current where that is set",
       CHARGE + "; 20 fault=rcd-trip; 20.5 good=rcd-trip; 40 cp=A; 50 cp=B; 55 cp=C",
       "flt=- 40.1..70; K=1 58..70"),
    _s("S47-kept", "or an operator must clear it",
       CHARGE + "; 20 fault=rcd-trip; 20.5 good=rcd-trip; 40 cp=A; 50 cp=B; 60 clear=rcd-trip",
       "flt=rcd-trip 20.02..59.9; flt=- 60.1..70",
       fault_settings={"rcd_retries": 0, "rcd_clears_on_unplugging": False}),
    _s("S49", "a residual current within 2 s of closing is not retried",
       CHARGE + "; 6.5 fault=rcd-trip; 7 good=rcd-trip; 400 cp=A",
       "K=0 6.6..400; flt=rcd-trip 6.6..399.9; flt=- 400.1..401"),
    _s("S50", "a failed self-test never has power",
       "0 fault=rcd-selftest; 1 cp=B; 5 cp=C; 30 cp=A",
       "K=0 0..40; flt=rcd-selftest 0..40; pw=100 0..40"),
    _s("S51", "too much current for 7 s opens until the vehicle has left",
       CHARGE + "; 20 I=18.2; 28 I=0; 40 cp=B; 45 cp=A",
       "K=1 8..26.98; flt=- 0..26.98; flt=over-current 27.02..44.9; pw=100 27.02..50;"
       "K=0 27.02..50; flt=- 45.1..50"),
    _s("S52", "a little over is not too much", CHARGE + "; 20 I=18.1", "K=1 8..80; flt=- 0..80"),
    _s("S53", "a pause starts the 7 s anew",
       CHARGE + "; 20 I=18.2; 26.9 I=16; 27.9 I=18.2; 34.8 I=16", "K=1 8..60; flt=- 0..60"),
    _s("S54", "a vehicle that follows within 5 s is not over",
       CHARGE + "; 20 limit=10 I=16; 25 I=10", "K=1 8..60; flt=- 0..60"),
    _s("S55", "heat halves, quarters, restores, and then stops for good",
       "0 limit=32; " + OVERHEAT,
       "pw=26.667 20.1..24.9; pw=13.333 30.1..30.9; pw=53.333 36..39.9; pw=100 40.1..80;"
       "K=1 8..44.9; K=0 45.1..80; flt=over-temperature 40.1..80"),
    _s("S56", "a plug that will not lock gets no power",
       "0 lock=0; 1 cp=B; 5 cp=C; 10 fault=lock", "K=0 0..30; flt=lock 10..30; pw=100 0..30"),
    _s("S57", "a lock that opens takes the power with it", CHARGE + "; 20 lock=0",
       "K=1 8..19.9; K=0 20.1..30; pw=100 20.1..30"),
    _s("S58", "a low mains stops after 3 s; a good minute brings it back, slowly",
       CHARGE + "; 20 U=180; 30 U=230; 200 cp=C",
       "K=1 8..22.9; K=0 23.1..89.9; flt=under-voltage 23.1..89.9; flt=- 90.1..160;"
       "pw=10 91..149; K=1 94..200; pw=11.666 152..200"),
    _s("S59", "a mains a little low does not stop", CHARGE + "; 20 U=195.5; 80 U=230",
       "K=1 8..100; flt=- 0..100"),
    _s("S60", "a lost neutral opens after 5 s, for 30 s", CHARGE + "; 20 U=205; 25.1 U=230",
       "K=0 25.1..55; flt=under-voltage 25.1..55; K=1 60..90; flt=- 56..90", band=OPEN_PEN),
    _s("S61", "a shorter dip does not", CHARGE + "; 20 U=205; 24.9 U=230",
       "K=1 8..60; flt=- 0..60", band=OPEN_PEN),
    _s("S62", "a fault of the station while charging shows F, then X1, then goes on",
       CHARGE + "; 20 fault=enclosure-open; 40 good=enclosure-open; 41 clear=enclosure-open",
       "K=0 20.1..49.9; pw=F 20.1..20.29; pw=100 20.4..40.9; pw=26.667 41.1..60; K=1 52..60"),
    _s("S63", "a fault of the station in B shows no F",
       "1 cp=B; 20 fault=enclosure-open", "pw=100 20.02..40; st=B1 20.02..40; K=0 0..40"),
    _s("S64", "a station held in F lets the plug go after 5 s",
       CHARGE + "; 20 fault=internal", "K=0 20.1..40; pw=F 20.1..40; L=1 8..24.9; L=0 25.2..40"),
]  # fmt: skip
