"""The codes in French.  en.py explains the dictionaries."""

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

FAULTS = {
    "pilot-short": (
        "Le fil pilote est en court-circuit avec la terre.",
        "Débranchez le véhicule. Si le défaut persiste, cherchez un dommage ou de l'eau dans le "
        "câble et la prise ; s'il disparaît, faites examiner la prise du véhicule.",
    ),
    "pilot-range": (
        "Le fil pilote présente une tension qu'aucun véhicule ne produit.",
        "Débranchez puis rebranchez. Si le défaut revient, mesurez le pilote à la prise : 12, 9 "
        "ou 6 V à l'état haut, -12 V à l'état bas.",
    ),
    "diode": (
        "La diode pilote du véhicule manque ou est en court-circuit : ce n'est peut-être pas un "
        "véhicule.",
        "Débranchez et essayez un autre véhicule. Si tous échouent, cherchez de l'humidité entre "
        "les contacts pilote et terre.",
    ),
    "ventilation": (
        "Le véhicule demande une ventilation que cette borne n'a pas.",
        "Débranchez ce véhicule. Il ne peut charger que là où une ventilation forcée est "
        "installée et configurée.",
    ),
    "pe-lost": (
        "Le conducteur de protection (terre) est absent ou coupé.",
        "Coupez l'alimentation, puis vérifiez la terre du tableau jusqu'à la prise. N'utilisez "
        "pas la borne avant d'avoir mesuré une boucle de terre correcte.",
    ),
    "rcd-trip": (
        "Le différentiel a déclenché : du courant a fui à la terre.",
        "Débranchez le véhicule, cherchez de l'eau ou un dommage, réarmez le différentiel à la "
        "main puis acquittez le défaut. Lui seul protège les personnes : ne le pontez jamais.",
    ),
    "rcd-selftest": (
        "Le différentiel a échoué à son autotest : on ne peut plus compter sur lui.",
        "Mettez la borne hors service. Appuyez sur le bouton de test du différentiel, vérifiez "
        "son câblage vers la carte et remplacez-le s'il ne déclenche pas.",
    ),
    "contactor-welded": (
        "Le contacteur est soudé : la prise reste sous tension malgré l'ordre d'ouverture.",
        "Coupez et consignez tout de suite l'alimentation de la borne au tableau : aucun logiciel "
        "ne peut couper ce circuit. Remplacez le contacteur avant de remettre sous tension.",
    ),
    "contactor-stuck-open": (
        "Le contacteur a reçu l'ordre de fermer et ne l'a pas fait.",
        "Vérifiez l'alimentation et le câblage de la bobine, puis le contact miroir. Remplacez "
        "le contacteur si sa bobine est alimentée et qu'il ne colle pas.",
    ),
    "opened-under-load": (
        "Le contacteur a dû ouvrir en charge, ce qui use ses contacts.",
        "Examinez les contacts si cela se répète, et cherchez dans le journal ce qui a forcé "
        "l'ouverture.",
    ),
    "over-current": (
        "Le véhicule a tiré plus de courant qu'il ne lui en était offert.",
        "Débranchez le véhicule pour effacer le défaut. Si d'autres véhicules font de même, "
        "comparez le compteur à une pince. Seul le disjoncteur protège le câble.",
    ),
    "over-voltage": (
        "La tension du réseau est trop haute.",
        "Mesurez chaque phase par rapport au neutre à la borne. Une valeur haute peut venir d'un "
        "neutre coupé : dans ce cas coupez l'alimentation et appelez le distributeur.",
    ),
    "under-voltage": (
        "La tension du réseau est trop basse.",
        "Mesurez la tension à la borne en charge. Cherchez des bornes desserrées ou un câble trop "
        "fin ; baissez la limite en attendant la réparation.",
    ),
    "frequency": (
        "La fréquence du réseau est hors de sa plage.",
        "Attendez que le réseau ou le groupe se stabilise ; la charge reprend seule. Sur groupe "
        "électrogène, faites régler la vitesse.",
    ),
    "over-temperature": (
        "La borne est trop chaude.",
        "Laissez-la refroidir, puis resserrez les connexions de puissance, dégagez les aérations "
        "et évitez le plein soleil. Baissez la limite si cela revient.",
    ),
    "temperature-sensor": (
        "La sonde de température ne donne pas de mesure crédible.",
        "Vérifiez le connecteur et le câble de la sonde, puis remplacez la sonde.",
    ),
    "proximity": (
        "Le calibre du câble ne peut pas être lu sur son contact de proximité.",
        "Débranchez le câble, nettoyez ses contacts et enfoncez-le à fond, ou prenez un autre "
        "câble.",
    ),
    "lock": (
        "Le verrou du connecteur n'a pas atteint sa position.",
        "Enfoncez la fiche à fond et réessayez. En cas d'échec, dégagez le doigt de verrouillage "
        "et vérifiez le câblage du moteur.",
    ),
    "emergency-stop": (
        "L'arrêt d'urgence est enfoncé.",
        "Cherchez pourquoi il a été enfoncé et sécurisez les lieux, puis déverrouillez le bouton "
        "et acquittez le défaut.",
    ),
    "enclosure-open": (
        "Le coffret est ouvert.",
        "Fermez le coffret et vérifiez son interrupteur. Si personne n'y travaillait, cherchez "
        "d'abord des traces d'effraction.",
    ),
    "meter-silent": (
        "Le compteur ne répond pas.",
        "Vérifiez l'alimentation du compteur, les fils A et B de son bus, son adresse et sa "
        "vitesse.",
    ),
    "crash-loop": (
        "Le programme a redémarré trop souvent : la borne refuse de charger.",
        "Notez la cause du redémarrage et les derniers événements, contrôlez la tension de la "
        "carte, puis installez une version éprouvée.",
    ),
    "config-lost": (
        "Les réglages enregistrés manquent ou sont abîmés.",
        "Saisissez de nouveau les réglages par le port de service et comparez-les au "
        "procès-verbal de mise en service.",
    ),
    "pilot-supply": (
        "L'alimentation +12 V ou -12 V du fil pilote manque.",
        "Mesurez les deux tensions sur la carte, rien de branché, et remplacez le convertisseur "
        "ou la carte si l'une s'écarte de plus de 5 %.",
    ),
    "pilot-readback": (
        "Le fil pilote ne suit pas ce que la carte lui applique.",
        "Déconnectez le fil pilote à la carte. Si le défaut persiste, remplacez la carte ; s'il "
        "disparaît, le fil ou la prise est en cause.",
    ),
    "internal": (
        "Le programme s'est trouvé dans un état interdit.",
        "Redémarrez la borne. Si cela se reproduit, enregistrez le journal et signalez-le au "
        "fabricant.",
    ),
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
}

QUALITIES = {
    "good": "bonne",
    "stale": "pas de réponse récente",
    "silent": "ne répond pas",
    "none": "aucun compteur installé",
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
    "hours": "{number} h",
    "minutes": "{number} min",
    "seconds": "{number} s",
    "join": ", ",
    "end": ".",
}
