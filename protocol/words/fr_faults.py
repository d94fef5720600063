"""The faults in French: what happened, and what a technician does about it.  See en.py."""

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
