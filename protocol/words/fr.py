"""The codes in French.  en.py explains the dictionaries."""

from . import fr_faults

FAULTS = fr_faults.FAULTS

STATES = {
    "A": "Débranchée",
    "B1": "Branchée, rien n'est offert",
    "B2": "Branchée, courant offert",
    "C1": "Véhicule prêt, rien n'est offert",
    "C2": "Sous tension",
    "D1": "Véhicule prêt, demande de ventilation, rien n'est offert",
    "D2": "Sous tension avec ventilation",
    "E": "Pilote sans tension",
    "F": "Indisponible",
}

WHYS = {
    "no-vehicle": "aucun véhicule n'est branché",
    "waiting-for-authorisation": "en attente d'une autorisation de charge",
    "waiting-for-vehicle": "en attente d'une demande de courant du véhicule",
    "charging": "charge en cours",
    "stopping": "arrêt en cours, le véhicule est prié de relâcher le courant",
    "vehicle-ignores-stop": "le véhicule a continué à tirer du courant malgré l'ordre d'arrêt",
    "no-current-available": "les limites laissent moins de courant qu'un véhicule n'en demande",
    "paused-by-operator": "mise en pause par l'exploitant",
    "self-test": "test de la protection avant la mise sous tension",
    "reclose-delay": "courte attente avant la remise sous tension",
    "wake-up": "réveil du véhicule en cours",
    "finished": "le véhicule est plein ou ne veut plus de courant",
    "fault": "un défaut empêche la borne de charger",
    "locking": "verrouillage de la fiche",
    "starting": "le véhicule demande du courant, vérification avant la mise sous tension",
    "offer-delay": "courte attente avant d'offrir de nouveau du courant",
    "switching-phases": "passage entre monophasé et triphasé",
    "no-ventilation": "le véhicule veut une ventilation, il n'y en a pas ici",
    "pilot-error": "le fil pilote est sans tension",
    "not-supported": "ce type de véhicule n'est pas servi ici",
    "waiting-for-card": "en attente d'une carte",
}

OWNERS = {
    "station": "le calibre de la borne",
    "cable": "le câble",
    "supply": "l'alimentation du site",
    "heat": "l'échauffement",
    "operator": "l'exploitant",
    "backend": "le serveur central",
    "fallback": "le repli en cas de liaison perdue",
    "ramp": "la montée progressive au démarrage",
}

STOP_REASONS = {
    "none": "la session n'est pas terminée",
    "unplugged": "le véhicule a été débranché",
    "stopped-by-operator": "l'exploitant l'a arrêtée",
    "stopped-by-backend": "le serveur central l'a arrêtée",
    "stopped-locally": "elle a été arrêtée à la borne",
    "fault": "un défaut y a mis fin",
    "power-cut": "coupure du réseau",
}

SESSION_PHASES = {
    "start": "session commencée",
    "checkpoint": "point de contrôle de la session",
    "end": "session terminée",
}

EVENTS = {
    "boot": "la borne a démarré",
    "fault-raised": "défaut",
    "fault-cleared": "défaut disparu",
    "command-refused": "une commande a été refusée",
    "limit-set": "une limite a été posée",
    "limit-expired": "une limite a expiré",
    "fallback-entered": "liaison perdue, le repli s'applique",
    "fallback-left": "liaison rétablie, fin du repli",
    "config-changed": "un réglage a été modifié",
    "records-dropped": "des enregistrements ont été perdus, la mémoire était pleine",
    "vehicle-pulses": "le véhicule demande et relâche le courant sans cesse",
    "clock-set": "l'horloge a été réglée",
    "storage-error": "la mémoire flash a perdu ou refusé des enregistrements",
    "card-refused": "une carte a été refusée",
    "card-set": "une carte a été autorisée",
    "card-cleared": "une carte a été retirée de la liste",
    "reader-silent": "le lecteur de cartes ne répond pas",
    "contactor-replaced": "le contacteur a été remplacé",
    "opened-under-load": "le contacteur s'est ouvert en charge",
}

COMMANDS = {
    "set-limit": "poser une limite",
    "start": "démarrer une charge",
    "stop": "arrêter la charge",
    "clear-fault": "acquitter un défaut",
    "reboot": "redémarrer la carte",
    "identify": "clignoter pour être repérée",
    "get-config": "lire un réglage",
    "set-config": "modifier un réglage",
    "set-card": "autoriser une carte",
    "clear-card": "retirer une carte de la liste",
}

ANSWERS = {
    "ok": "C'est fait.",
    "bad-topic": "Le sujet n'appartient pas à ce protocole.",
    "foreign-station": "Le message était destiné à une autre borne.",
    "unknown-kind": "La borne ne connaît pas ce type de message.",
    "wrong-direction": "Un message de ce type ne circule pas dans ce sens.",
    "retained": "Les commandes ne doivent pas être conservées par le courtier.",
    "too-long": "Le message est trop long.",
    "not-text": "Le message n'est pas du texte lisible.",
    "not-json": "Le message n'est pas du JSON.",
    "not-object": "Le message n'est pas un objet JSON.",
    "missing-field": "Il manque un champ.",
    "bad-field": "Une valeur sort de ce qui est permis.",
    "other-boot": "La borne a redémarré entre-temps ; renvoyez la commande.",
    "expired": "La commande est arrivée trop tard.",
    "too-many": "Trop de commandes à la fois ; patientez un instant.",
    "no-connector": "La borne n'a pas de connecteur portant ce numéro.",
    "no-vehicle": "Aucun véhicule n'est branché.",
    "not-charging": "Aucune charge n'est à arrêter.",
    "fault-stands": "La cause du défaut est toujours là.",
    "not-latched": "Ce défaut n'est pas présent, ou il disparaît de lui-même.",
    "needs-service": "Seul un technicien sur place peut le faire.",
    "unknown-key": "Aucun réglage ne porte ce nom.",
    "not-while-charging": "Impossible pendant qu'un véhicule charge.",
    "not-supported": "Cette borne ne sait pas le faire.",
    "list-full": "La liste de cartes de la borne est pleine.",
    "unknown-card": "Cette carte n'est pas dans la liste de la borne.",
    "not-kept": "La mémoire flash de la borne ne l'a pas gardé ; réessayez.",
}

QUALITIES = {
    "good": "bonne",
    "stale": "pas de réponse récente",
    "silent": "ne répond pas",
    "none": "aucun compteur installé",
}

RCDS = {
    "none": "sans autotest",
    "untested": "pas encore testé",
    "good": "testé, en ordre",
    "failed": "échec de l'autotest",
    "tripped": "déclenché",
}

RESETS = {
    "power": "mise sous tension",
    "watchdog": "redémarrée par le chien de garde",
    "soft": "redémarrage par le logiciel",
    "command": "redémarrée sur commande",
    "exception": "erreur inattendue",
    "deep-sleep": "sortie de veille",
    "unknown": "cause inconnue",
}

PHRASES = {
    "connector": "Connecteur {number}",
    "charging": "En charge à {amps} A",
    "not-charging": "Pas de charge : {why}",
    "offered": "{amps} A offerts",
    "no-offer": "aucun courant offert",
    "limited": "limité par {owner}",
    "limited-for": "limité par {owner} encore {time}",
    "fault": "défaut {code} : {sentence}",
    "remedy": "Que faire : {remedy}",
    "contactor-closed": "contacteur fermé",
    "contactor-open": "contacteur ouvert",
    "pilot": "pilote {high} V / {low} V, rapport cyclique {duty} %",
    "meter": "compteur : {quality}",
    "session": "{energy} kWh en {time}",
    "link-up": "reliée à la supervision",
    "link-down": "sans liaison avec la supervision depuis {time}",
    "wear": "contacteur usé à {percent} % après {cold} ouvertures sans charge et {hot} en charge",
    "rcd": "différentiel : {state}, {trips} déclenchements",
    "tested": "dernier test il y a {time}",
    "fitted-ask": "Où un nouveau contacteur a-t-il été monté ? Tapez le numéro du connecteur pour "
    "recommencer ses comptes ; toute autre réponse les laisse.",
    "fitted-left": "Les comptes restent comme ils étaient.",
    "hours": "{number} h",
    "minutes": "{number} min",
    "seconds": "{number} s",
    "join": ", ",
    "end": ".",
}
