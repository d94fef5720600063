"""Alerts in words: what happened and what to do about it, in three languages.

Faults have their words in protocol/words; here is what only the agent can see.
"""

from dataclasses import dataclass
from typing import Any

from protocol.words import tables

from .rules import Trouble

# rule, or rule and code -> (cause, remedy)
TROUBLES: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "offline": (
            "The station is offline: its connection to the broker or the line is lost.",
            "Check the station's supply and its network, then the cable or the radio in between.",
        ),
        "silent": (
            "The station has said nothing for longer than twice its interval.",
            "Check the station's network. If it stays silent, look at its lights and restart it.",
        ),
        "derated heat": (
            "The station offers less current because it is hot.",
            "Check the vents, the sun on the enclosure and the tightness of the power terminals.",
        ),
        "derated fallback": (
            "The station offers less current because it does not hear the agent.",
            "Check that the agent runs and that its messages reach the station.",
        ),
        "gap": (
            "Messages of this station were lost on the way.",
            "Check its network and the broker's limits. Records come again by themselves.",
        ),
        "meter": (
            "The meter does not answer.",
            "Check the meter's supply, the A and B wires of its bus and its address and speed.",
        ),
        "wear": (
            "The contactor is near the end of its life.",
            "Plan its replacement before it welds.",
        ),
        "conflict": (
            "Two boards seem to use this name; commands to it are held back.",
            "Find the second board, and give it a name and a password of its own.",
        ),
        "agent link-lost": (
            "The agent has lost the site broker or a serial line.",
            "Check that the broker runs, or the cable and the port of the line.",
        ),
        "agent upstream-lost": (
            "The agent cannot reach the upstream broker; messages wait on disk.",
            "Check the network, the broker's address and the agent's password there.",
        ),
        "agent records-full": (
            "The store for records is full; the boards keep theirs until there is room.",
            "Bring the upstream broker back, or raise store.record_mib.",
        ),
        "agent disk-full": (
            "The agent's disk is full; telemetry is dropped, records are kept.",
            "Free room on the disk of the agent's state folder.",
        ),
        "agent disk-error": (
            "The agent cannot write its disk.",
            "Check the disk, whether it is mounted read-only, and the owner of the state folder.",
        ),
        "agent history-disk": (
            "The history cannot be written; the boards keep their records.",
            "Check room and rights in the agent's state folder.",
        ),
    },
    "fr": {
        "offline": (
            "La borne est hors ligne : sa connexion au broker ou la ligne est perdue.",
            "Vérifiez l'alimentation de la borne et son réseau, puis le câble ou la radio.",
        ),
        "silent": (
            "La borne n'a rien dit depuis plus de deux fois son intervalle.",
            "Vérifiez le réseau de la borne. Si elle reste muette, regardez ses voyants et "
            "redémarrez-la.",
        ),
        "derated heat": (
            "La borne offre moins de courant parce qu'elle est chaude.",
            "Vérifiez les aérations, le soleil sur le boîtier et le serrage des bornes de "
            "puissance.",
        ),
        "derated fallback": (
            "La borne offre moins de courant parce qu'elle n'entend pas l'agent.",
            "Vérifiez que l'agent tourne et que ses messages atteignent la borne.",
        ),
        "gap": (
            "Des messages de cette borne se sont perdus en route.",
            "Vérifiez son réseau et les limites du broker. Les enregistrements reviennent "
            "d'eux-mêmes.",
        ),
        "meter": (
            "Le compteur ne répond pas.",
            "Vérifiez l'alimentation du compteur, les fils A et B de son bus, son adresse et sa "
            "vitesse.",
        ),
        "wear": (
            "Le contacteur est proche de la fin de sa vie.",
            "Prévoyez son remplacement avant qu'il ne se soude.",
        ),
        "conflict": (
            "Deux cartes semblent porter ce nom ; les commandes sont retenues.",
            "Cherchez la seconde carte et donnez-lui un nom et un mot de passe à elle.",
        ),
        "agent link-lost": (
            "L'agent a perdu le broker du site ou une ligne série.",
            "Vérifiez que le broker tourne, ou le câble et le port de la ligne.",
        ),
        "agent upstream-lost": (
            "L'agent n'atteint pas le broker amont ; les messages attendent sur le disque.",
            "Vérifiez le réseau, l'adresse du broker et le mot de passe de l'agent.",
        ),
        "agent records-full": (
            "La réserve d'enregistrements est pleine ; les cartes gardent les leurs.",
            "Rétablissez le broker amont, ou augmentez store.record_mib.",
        ),
        "agent disk-full": (
            "Le disque de l'agent est plein ; la télémétrie est abandonnée, les enregistrements "
            "sont gardés.",
            "Libérez de la place sur le disque du dossier d'état de l'agent.",
        ),
        "agent disk-error": (
            "L'agent ne peut pas écrire sur son disque.",
            "Vérifiez le disque, s'il est monté en lecture seule, et le propriétaire du dossier "
            "d'état.",
        ),
        "agent history-disk": (
            "L'historique ne peut pas être écrit ; les cartes gardent leurs enregistrements.",
            "Vérifiez la place et les droits dans le dossier d'état de l'agent.",
        ),
    },
    "ar": {
        "offline": (
            "المحطة غير متصلة: فُقد اتصالها بالوسيط أو انقطع الخط.",
            "افحص تغذية المحطة وشبكتها، ثم الكابل أو الاتصال اللاسلكي.",
        ),
        "silent": (
            "لم ترسل المحطة شيئًا منذ أكثر من ضعف فترتها.",
            "افحص شبكة المحطة. إن بقيت صامتة فانظر إلى مصابيحها وأعد تشغيلها.",
        ),
        "derated heat": (
            "تعرض المحطة تيارًا أقل لأنها ساخنة.",
            "افحص فتحات التهوية وتعرّض الصندوق للشمس وإحكام أطراف القدرة.",
        ),
        "derated fallback": (
            "تعرض المحطة تيارًا أقل لأنها لا تسمع الوكيل.",
            "افحص أن الوكيل يعمل وأن رسائله تصل إلى المحطة.",
        ),
        "gap": (
            "فُقدت رسائل من هذه المحطة في الطريق.",
            "افحص شبكتها وحدود الوسيط. السجلات تعود من تلقاء نفسها.",
        ),
        "meter": (
            "العداد لا يجيب.",
            "افحص تغذية العداد وسلكي الناقل A وB وعنوانه وسرعته.",
        ),
        "wear": (
            "الملامس قريب من نهاية عمره.",
            "خطّط لاستبداله قبل أن يلتحم.",
        ),
        "conflict": (
            "يبدو أن بطاقتين تستعملان هذا الاسم؛ الأوامر إليه موقوفة.",
            "اعثر على البطاقة الثانية وأعطها اسمًا وكلمة سر خاصين بها.",
        ),
        "agent link-lost": (
            "فقد الوكيل وسيط الموقع أو خطًا تسلسليًا.",
            "افحص أن الوسيط يعمل، أو كابل الخط ومنفذه.",
        ),
        "agent upstream-lost": (
            "لا يصل الوكيل إلى الوسيط الأعلى؛ الرسائل تنتظر على القرص.",
            "افحص الشبكة وعنوان الوسيط وكلمة سر الوكيل هناك.",
        ),
        "agent records-full": (
            "مخزن السجلات ممتلئ؛ تحتفظ البطاقات بسجلاتها إلى حين توفر المكان.",
            "أعد الوسيط الأعلى إلى العمل، أو زِد store.record_mib.",
        ),
        "agent disk-full": (
            "قرص الوكيل ممتلئ؛ تُهمل القياسات وتُحفظ السجلات.",
            "وفّر مكانًا على قرص مجلد حالة الوكيل.",
        ),
        "agent disk-error": (
            "لا يستطيع الوكيل الكتابة على قرصه.",
            "افحص القرص، وهل هو للقراءة فقط، ومالك مجلد الحالة.",
        ),
        "agent history-disk": (
            "لا يمكن كتابة التاريخ؛ تحتفظ البطاقات بسجلاتها.",
            "افحص المكان والصلاحيات في مجلد حالة الوكيل.",
        ),
    },
}
FRAME: dict[str, dict[str, str]] = {
    "en": {
        "agent": "agent",
        "connector": "{station}, connector {connector}",
        "over": "Over: {cause}",
        "remedy": "What to do: {remedy}",
        "one": "{where}: {cause}",
        "many": "{count} alerts",
    },
    "fr": {
        "agent": "agent",
        "connector": "{station}, connecteur {connector}",
        "over": "Terminé : {cause}",
        "remedy": "Que faire : {remedy}",
        "one": "{where} : {cause}",
        "many": "{count} alertes",
    },
    "ar": {
        "agent": "الوكيل",
        "connector": "{station}، المقبس {connector}",
        "over": "انتهى: {cause}",
        "remedy": "ما العمل: {remedy}",
        "one": "{where}: {cause}",
        "many": "عدد التنبيهات: {count}",
    },
}


@dataclass(frozen=True, slots=True)
class Said:
    """where: the station and connector; title: one line."""

    where: str
    cause: str
    remedy: str
    title: str


def say(trouble: Trouble, language: str) -> Said:
    frame = FRAME[language]
    cause, remedy = _cause(trouble, language)
    where = trouble.station or frame["agent"]
    if trouble.connector:
        where = frame["connector"].format(station=trouble.station, connector=trouble.connector)
    return Said(where, cause, remedy, frame["one"].format(where=where, cause=cause))


def _cause(trouble: Trouble, language: str) -> tuple[str, str]:
    if trouble.rule == "fault":
        faults: Any = tables(language)["faults"]
        return faults[trouble.code][0], faults[trouble.code][1]
    known = TROUBLES[language]
    return known.get(f"{trouble.rule} {trouble.code}") or known[trouble.rule]
