"""The codes in Arabic, right to left.  en.py explains the dictionaries.

Digits and units stay as they are on the nameplate (16 A, 7.4 kW), as is usual in Morocco.
The mark 200e keeps a sign on the left of its number.
"""

from . import ar_faults

FAULTS = ar_faults.FAULTS

STATES = {
    "A": "غير موصولة",
    "B1": "موصولة، دون عرض تيار",
    "B2": "موصولة، والتيار معروض",
    "C1": "المركبة جاهزة، دون عرض تيار",
    "C2": "التغذية موصولة",
    "D1": "المركبة جاهزة وتطلب التهوية، دون عرض تيار",
    "D2": "التغذية موصولة مع التهوية",
    "E": "لا جهد على خط التحكم",
    "F": "غير متاحة",
}

WHYS = {
    "no-vehicle": "لا توجد مركبة موصولة",
    "waiting-for-authorisation": "في انتظار الترخيص بالشحن",
    "waiting-for-vehicle": "في انتظار أن تطلب المركبة التيار",
    "charging": "الشحن جارٍ",
    "stopping": "الإيقاف جارٍ، وطُلب من المركبة قطع سحب التيار",
    "vehicle-ignores-stop": "استمرت المركبة في سحب التيار رغم طلب الإيقاف",
    "no-current-available": "الحدود المفروضة تترك تيارًا أقل مما يلزم المركبة",
    "paused-by-operator": "أوقف المشغّل الشحن مؤقتًا",
    "self-test": "اختبار الحماية قبل وصل التغذية",
    "reclose-delay": "انتظار قصير قبل إعادة وصل التغذية",
    "wake-up": "جارٍ تنبيه المركبة",
    "finished": "اكتمل شحن المركبة أو لم تعد تطلب تيارًا",
    "fault": "عطل يمنع المحطة من الشحن",
    "locking": "جارٍ قفل القابس",
    "starting": "المركبة تطلب التيار، ويجري التحقق قبل وصل التغذية",
    "offer-delay": "انتظار قصير قبل عرض التيار من جديد",
    "switching-phases": "جارٍ التبديل بين طور واحد وثلاثة أطوار",
    "no-ventilation": "المركبة تطلب التهوية ولا تهوية هنا",
    "pilot-error": "لا جهد على خط التحكم (CP)",
    "not-supported": "لا تخدم المحطة هذا النوع من المركبات",
    "waiting-for-card": "في انتظار بطاقة",
}

OWNERS = {
    "station": "التيار الاسمي للمحطة",
    "cable": "الكابل",
    "supply": "تغذية الموقع",
    "heat": "الحرارة",
    "operator": "المشغّل",
    "backend": "الخادم المركزي",
    "fallback": "الوضع الاحتياطي عند فقدان الاتصال",
    "ramp": "الرفع التدريجي عند بدء الشحن",
}

STOP_REASONS = {
    "none": "الجلسة لم تنتهِ",
    "unplugged": "فُصلت المركبة",
    "stopped-by-operator": "أوقفها المشغّل",
    "stopped-by-backend": "أوقفها الخادم المركزي",
    "stopped-locally": "أُوقفت عند المحطة",
    "fault": "أنهاها عطل",
    "power-cut": "انقطاع الكهرباء",
}

SESSION_PHASES = {
    "start": "بدأت الجلسة",
    "checkpoint": "نقطة حفظ في الجلسة",
    "end": "انتهت الجلسة",
}

EVENTS = {
    "boot": "بدأ تشغيل المحطة",
    "fault-raised": "عطل",
    "fault-cleared": "زال العطل",
    "command-refused": "رُفض أمر",
    "limit-set": "وُضع حدّ للتيار",
    "limit-expired": "انتهت مدة حدّ",
    "fallback-entered": "انقطع الاتصال وطُبّق الوضع الاحتياطي",
    "fallback-left": "عاد الاتصال وانتهى الوضع الاحتياطي",
    "config-changed": "تغيّر أحد الإعدادات",
    "records-dropped": "ضاعت سجلات لامتلاء الذاكرة",
    "vehicle-pulses": "تطلب المركبة التيار ثم تتركه مرارًا",
    "clock-set": "ضُبطت الساعة",
    "storage-error": "فقدت ذاكرة الفلاش سجلات أو رفضتها",
    "card-refused": "رُفضت بطاقة",
    "card-set": "سُمح لبطاقة",
    "card-cleared": "أُزيلت بطاقة من القائمة",
    "reader-silent": "قارئ البطاقات لا يجيب",
    "contactor-replaced": "استُبدل الكونتاكتور",
    "opened-under-load": "انفتح الكونتاكتور تحت الحمل",
}

COMMANDS = {
    "set-limit": "وضع حدّ",
    "start": "بدء الشحن",
    "stop": "إيقاف الشحن",
    "clear-fault": "مسح عطل",
    "reboot": "إعادة تشغيل البطاقة",
    "identify": "الوميض لتحديد المكان",
    "get-config": "قراءة إعداد",
    "set-config": "تغيير إعداد",
    "set-card": "السماح لبطاقة",
    "clear-card": "إزالة بطاقة من القائمة",
}

ANSWERS = {
    "ok": "تم.",
    "bad-topic": "الموضوع ليس من مواضيع هذا البروتوكول.",
    "foreign-station": "الرسالة موجهة إلى محطة أخرى.",
    "unknown-kind": "لا تعرف المحطة هذا النوع من الرسائل.",
    "wrong-direction": "هذا النوع من الرسائل لا يُرسل في هذا الاتجاه.",
    "retained": "لا يجوز أن يحتفظ الوسيط بالأوامر.",
    "too-long": "الرسالة أطول من المسموح.",
    "not-text": "الرسالة ليست نصًا مقروءًا.",
    "not-json": "الرسالة ليست بصيغة JSON.",
    "not-object": "الرسالة ليست كائن JSON.",
    "missing-field": "ينقص الرسالة حقل.",
    "bad-field": "قيمة خارج المجال المسموح.",
    "other-boot": "أُعيد تشغيل المحطة منذ ذلك الحين؛ أرسل الأمر من جديد.",
    "expired": "وصل الأمر متأخرًا.",
    "too-many": "أوامر كثيرة دفعة واحدة؛ انتظر قليلًا.",
    "no-connector": "ليس في المحطة موصل بهذا الرقم.",
    "no-vehicle": "لا توجد مركبة موصولة بالمحطة.",
    "not-charging": "لا يوجد شحن لإيقافه.",
    "fault-stands": "سبب العطل ما زال قائمًا.",
    "not-latched": "هذا العطل غير موجود أو يزول من تلقاء نفسه.",
    "needs-service": "لا يقوم بهذا إلا تقني عند المحطة.",
    "unknown-key": "لا يوجد إعداد بهذا الاسم.",
    "not-while-charging": "غير ممكن أثناء شحن مركبة.",
    "not-supported": "هذه المحطة لا تستطيع ذلك.",
    "list-full": "قائمة بطاقات المحطة ممتلئة.",
    "unknown-card": "هذه البطاقة ليست في قائمة المحطة.",
    "not-kept": "لم تحتفظ به ذاكرة المحطة؛ أعد المحاولة.",
}

QUALITIES = {
    "good": "جيدة",
    "stale": "لم يُجب مؤخرًا",
    "silent": "لا يجيب",
    "none": "لا عداد مركّب",
}

RCDS = {
    "none": "بلا اختبار ذاتي",
    "untested": "لم يُختبر بعد",
    "good": "اختُبر وهو سليم",
    "failed": "فشل الاختبار الذاتي",
    "tripped": "فصل التيار",
}

RESETS = {
    "power": "وصل التغذية",
    "watchdog": "أعاد مؤقت المراقبة تشغيلها",
    "soft": "أعاد البرنامج تشغيلها",
    "command": "أُعيد تشغيلها بأمر",
    "exception": "خطأ غير متوقع",
    "deep-sleep": "استيقظت من السكون",
    "unknown": "سبب مجهول",
}

PHRASES = {
    "connector": "الموصل {number}",
    "charging": "الشحن بتيار {amps} A",
    "not-charging": "لا شحن: {why}",
    "offered": "التيار المعروض {amps} A",
    "no-offer": "لا تيار معروض",
    "limited": "مصدر الحدّ: {owner}",
    "limited-for": "مصدر الحدّ: {owner}، ويبقى {time}",
    "fault": "عطل {code}: {sentence}",
    "remedy": "ما العمل: {remedy}",
    "contactor-closed": "الكونتاكتور مغلق",
    "contactor-open": "الكونتاكتور مفتوح",
    "pilot": "خط التحكم \u200e{high} V / \u200e{low} V، نسبة التشغيل {duty} %",
    "meter": "العداد: {quality}",
    "session": "{energy} kWh خلال {time}",
    "link-up": "متصلة بنظام المراقبة",
    "link-down": "لا اتصال بنظام المراقبة منذ {time}",
    "wear": "تآكل الكونتاكتور {percent} % بعد {cold} فتحة بلا حمل و{hot} تحت الحمل",
    "rcd": "القاطع التفاضلي: {state}، مرات الفصل {trips}",
    "tested": "آخر اختبار قبل {time}",
    "fitted-ask": "أين رُكّب كونتاكتور جديد؟ اكتب رقم الموصل لتبدأ عدّاداته من جديد، وأي جواب آخر "
    "يتركها كما هي.",
    "fitted-left": "بقيت العدّادات كما كانت.",
    "hours": "{number} h",
    "minutes": "{number} min",
    "seconds": "{number} s",
    "join": "، ",
    "end": ".",
}
