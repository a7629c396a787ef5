"""The findings that somebody must be told of in minutes or hours: words, no more.

The list is ours, by the categories 1 and 2 of the ACR's Actionable Reporting Work Group (Larson
et al., JACR 2014) and the alerts of the RCR. Small letters; a pattern stands between the ends of
words.
"""

from collections.abc import Mapping
from typing import Final

_BLEED: Final = (
    r"(?:ha?emorrhages?|(?:re-?)?bleed(?:s|ing)?|ha?ematomas?|clots?|"
    r"blood(?! (?:flow|volume|pool|vessels?|supply|pressure)))"
)
_INSIDE: Final = (
    r"(?:intra-?cranial|intra-?cerebral|intra-?parenchymal|intra-?ventricular|intra-?axial|"
    r"extra-?axial|sub-?dural|epi-?dural|extra-?dural|sub-?arachnoid|parenchymal|cerebellar|"
    r"cerebral|thalamic|pontine|brain ?stem|retro-?peritoneal|mediastinal|retro-?placental|"
    r"retro-?bulbar|intra-?mural|intra-?peritoneal|retro-?pharyngeal|peri-?(?:nephric|renal)|"
    r"peri-?aortic|retro-?pubic|rectus sheath|intra-?thoracic|"
    r"intra-?abdominal|pulmonary|alveolar|peri-?(?:hepatic|splenic)|sub-?capsular|(?:ilio)?-?psoas|iliacus|"
    r"intra-?(?:dural|spinal|medullary))"
)
#: Words between two that belong together, none of which parts them.
_WORDS: Final = r"(?:(?!(?:no|not|nor|or|without|history|old|chronic)\b)[\w-]+ ){0,3}"
#: Where the tip of a tube is wrong, behind a word that says it is there.
_ASTRAY: Final = (
    r"\b(?:in|into|within|over|enter\w*|down|to|at|tip) "
    r"(?:(?:the|its|an?|proximal|distal|right|left|r|l|main|stem|lower|middle|upper|lobe) )*"
    r"(?:bronch(?:us|i)|main-?stem|(?:lower|middle|upper) lobe|carina)"
)
_TUBE: Final = (
    r"(?:(?:endotracheal|tracheal|nasogastric|orogastric|naso-?enteric|feeding|enteric|gastric|"
    r"ng|og|et) (?:tube|tip)|ett|ngt|ogt|dobb?hoff|(?<!chest )(?<!drainage )tube)"
)
_LATELY: Final = r"(?:(?:hyper-?|sub-?)?acute|early|recent|new|evolving)"
_TERRITORY: Final = (
    r"(?:(?:[rl][- ])?[mpa]ca|watershed|vertebro-?basilar|"
    r"(?:vascular |arterial )?territor(?:y|ial|ies)|distribution)"
)
_INFARCT: Final = (
    r"(?:infarct(?:s|ions?)?|strokes?|cva|isch(?:a)?emi(?:a|c (?:changes?|events?|insults?)))"
)
_GUT: Final = r"(?:mesenteric|(?:small |large )?bowel|intestinal|colonic|gut|gastric)"
#: What is closed on purpose.
_TREATED: Final = r"of (?:the )?(?:aneurysm|fistula|sac|nidus)"
_CLOSED: Final = r"occlu(?:sions?|sive|ded|des)"


#: What is critical by itself.
ALONE: Final[Mapping[str, str]] = {
    "air": r"(?:tension |ha?emo-?|hydro-?|pyo-?)*pneumo-?(?:hydro-?|ha?emo-?)?thora(?:x|ces)|"
    r"ptx|ha?emothora(?:x|ces)|"
    r"pneumomediastinum|pneumopericardium|(?:pleural|mediastinal) (?:air|gas|emphysema)|"
    r"absent lung sliding|stratosphere sign|deep sulcus|"
    r"pneumo(?:retro)?peritoneum|tension pneumocephalus|"
    r"(?:free|extra-?luminal|extra-?intestinal|sub-?(?:dia)?phrenic|subdiaphragmatic)"
    r"(?: (?:intra-?|retro-?)?(?:peritoneal|abdominal))? (?:air|gas)|"
    r"(?:intra|retro)-?peritoneal (?:air|gas)|(?:air|gas) embol(?:us|ism|i)",
    "gut": rf"{_GUT} (?:isch(?:a)?emia|infarction|necrosis|gangrene)|isch(?:a)?emic (?:\w+ )?"
    r"(?:bowel|colon|gut|loops?)|pneumatosis(?! cystoides)|intra-?mural (?:air|gas)|"
    r"portal (?:venous )?(?:gas|air)|"
    r"non-?enhancing (?:\w+ ){0,3}(?:bowel|loops?)|strangulat(?:ed|ion)|incarcerat(?:ed|ion)|"
    r"[sl]bo|(?:coffee bean|whirl(?:pool)?|rigler.?s?) sign|volvul(?:us|i)|"
    r"closed[- ]loop(?! \w*ostomy)|"
    r"(?:bowel|colonic|intestinal|gastric outlet|duodenal) obstruction|"
    r"intussuscept(?:ions?|ed|ing)|appendicitis|toxic megacolon|"
    r"cholecystitis|"
    r"(?:acute|ascending) cholangitis|acute (?:\w+ ){0,2}(?:pancreatitis|diverticulitis)|"
    r"anastomotic (?:leak(?:age)?|dehiscence)|boerhaave|mediastinitis|"
    r"aorto-?(?:enteric|duodenal|bronchial|o?esophageal) fistula",
    "bleeding": rf"{_INSIDE}(?:(?:,| and| or| /)? {_INSIDE})?(?: \w+)? {_BLEED}|"
    r"(?:a?sah|a?sdh|edh|ich|ivh)|"
    r"(?:acute|subacute|new|recurrent) (?:\w+ )?(?:sub|extra|epi)dural(?! \w)|"
    r"active (?:\w+ ){0,2}(?:bleed(?:ing)?|ha?emorrhage|extravasation)|contrast blush|"
    r"(?:massive|expanding) (?:\w+ ){0,2}ha?ematoma|"
    r"ha?emo(?:peritoneum|pericardium)|sentinel clot|apoplexy|"
    r"ha?emorrhagic (?:contusions?|transformation)",
    "brain": r"(?:brain|cerebral|uncal|tonsillar|transtentorial|subfalcine|(?:up|down)ward|"
    r"central) (?:\w+ ){0,2}herniation|midline shift|large vessel occlusion|lvo|"
    r"(?:loss|effacement) of (?:the )?(?:gr[ae]y(?: matter)?[- ]white|insular ribbon)|"
    r"(?:hypoxic|anoxic)(?:[- ]isch(?:a)?emic)? (?:brain )?(?:injury|damage|encephalopathy)|"
    r"(?:cerebral|brain) (?:o?edema|swelling)|(?:significant|marked|severe) mass effect|"
    r"effac(?:ed|ement) (?:of )?(?:the )?(?:\w+ ){0,2}(?:cisterns?|ventricles?|sulci)|"
    r"shunt (?:malfunction|disconnection|obstruction|fracture)|"
    r"pneumocephal(?:us|y)|empyema|ventriculitis|meningitis|encephalitis",
    "stroke": rf"(?:{_LATELY}|{_TERRITORY}) {_WORDS}{_INFARCT}|"
    rf"{_INFARCT},? {_WORDS}(?:{_TERRITORY}|(?:sub)?acute)|"
    r"(?:cerebellar|pontine|thalamic|brain ?stem|hemispheric|cortical) infarct(?:s|ions?)?",
    "spine": r"(?:spinal )?cord (?:compression|transection|contusion|infarct(?:ion)?|o?edema)|"
    r"myelo-?compression|"
    r"cauda equina (?:syndrome|compression)|unstable (?:\w+ ){0,3}(?:fracture|injury|spine)|"
    r"burst fractures?|(?:jumped|perched|locked) facets?|facet dislocation|"
    r"(?:odontoid|dens|hangman.?s|jefferson|chance|teardrop|three-?column) (?:\w+ )?fracture|"
    r"atlanto-?(?:axial|occipital) (?:dislocation|dissociation|subluxation)|"
    r"(?:cervical spine|c[1-7]) (?:\w+ )?fracture|fracture (?:of|through) (?:the )?"
    r"(?:odontoid|dens|c[1-7])|(?:skull|calvarial|skull base) fractures?|"
    r"fractures? of the (?:\w+ )?(?:skull|calvari\w+|clivus)|clivus fracture",
    "vessels": r"aortic (?:\w+ ){0,2}(?:dissection|rupture|transection|injury)|dissection flap|"
    r"intimal flap|intra-?mural ha?ematoma|type [ab] (?:aortic )?dissection|"
    r"penetrating (?:aortic |atherosclerotic )?ulcer|"
    r"(?:mycotic|infected) (?:pseudo-?)?aneurysm|(?:pseudo-?|false )aneurysms?|tamponade|"
    r"right heart strain|dvt(?! prophylaxis)|deep (?:vein|venous) thrombosis|"
    r"(?:acute|critical) limb isch(?:a)?emia|venous sinus thrombosis|contained (?:rupture|leak)",
    "lungs": r"(?:pulmonary |saddle |lung |septic |thrombo-?)*embol(?:us|i|ism|isms)|pe|"
    r"(?:active|cavitary|miliary) (?:\w+ )?(?:tb|tuberculosis)",
    "infection": r"necroti[sz]ing (?:fasciitis|soft[- ]tissue infection|enterocolitis|pneumonia)|"
    r"fournier(?:.?s)?|gas gangrene|abscess(?:es)?|pyonephrosis|"
    r"emphysematous \w+itis|infected hydronephrosis|epiglottitis|"
    r"orbital cellulitis|compartment syndrome|"
    r"osteomyelitis|septic arthritis|spondylodis[ck]itis|dis[ck]itis",
    "pregnancy": r"(?:ectopic|tubal|cornual|interstitial|heterotopic) (?:\w+ )?"
    r"(?:pregnancy|gestation)|"
    r"(?:placental )?abruption|uterine rupture|f(?:o)?etal (?:demise|death)|"
    r"placenta (?:pra?evia|accreta|percreta)|"
    r"(?:no|absent|without|absence of) (?:f(?:o)?etal|embryonic) (?:heart ?beat|(?:heart|cardiac) "
    r"(?:activity|motion|beat|rate))",
    "things": r"retained (?:\w+ )?(?:sponge|swab|instrument|needle|gauze)|gossypiboma|"
    r"(?:retained|fractured|emboli[sz]ed) (?:\w+ ){0,4}(?:catheter|guide-?wire|wire)|"
    r"side ?(?:port|hole)s? (?:\w+ ){0,2}outside|"
    r"(?:perforat\w+|extra-?vascular|dislodged) (?:\w+ ){0,5}lead|"
    r"lead (?:\w+ ){0,3}(?:perforat\w+|extra-?vascular|dislodged)|"
    r"(?:button|disc) batter(?:y|ies)|(?:endo)?bronchial intubation|o?esophageal intubation|"
    r"non-?accidental|child abuse|metaphyseal corner|classic metaphyseal|flail chest|"
    r"slipped (?:capital |upper )?(?:femoral )?epiphys[ie]s|scfe|sufe",
    "tube": rf"{_TUBE}\b(?:(?!\b(?:no|not|above)\b)(?:[^.;,]|\.\d)){{0,60}}?{_ASTRAY}|"
    rf"{_TUBE}\b[^.;,]{{0,40}}\bcoil\w* (?:in|within) the (?:\w+ )?"
    r"(?:o?esophagus|(?:hypo)?pharynx|mouth)|"
    r"(?:subclavian|jugular|central|femoral|cvc|picc)(?: venous)? (?:line|catheter)\b[^.;]{0,40}"
    r"\b(?:arterial|artery|carotid|extra-?vascular)",
}

#: What is critical where it befalls a part that is named in the same sentence: what, where,
#: and what it must not stand beside.
BESIDE: Final[Mapping[str, tuple[str, str, str]]] = {
    "ruptured": (
        r"ruptur(?:e|ed|ing)|leak(?:s|ing|age)?|transect(?:ed|ion)|lacerat(?:ed|ions?)|"
        r"avuls(?:ed|ion)",
        r"aneurysms?|aaa|aort\w*|spleen|splenic|liver|hepatic|kidney|renal|pancrea\w+|bladder|"
        r"uter\w+|diaphragm\w*|o?esophag\w*|bowel|globe|ectopic|ventric\w+|myocard\w+|visc\w+|"
        r"append\w+|spinal cord|bronchus|trachea\w*|contrast",
        r"tendon|ligament|muscle|baker|cysts?|implant|disc|achilles|\w*spinatus|menisc\w+|cuff",
    ),
    "dissected": (
        r"dissect(?:ions?|ed|ing)",
        r"aort\w*|carotid|vertebral|coronary|iliac|co?eliac|mesenteric|renal artery|"
        r"type [ab]|sma|stanford|intima\w*|arter(?:y|ies)",
        r"nod(?:e|es|al)|lymph|neck|axillary|sentinel|osteochondritis",
    ),
    "perforated": (
        r"perforat(?:ion|ed|ions)",
        r"bowel|intestin\w+|col(?:on|onic)|sigmoid|stomach|gastric|duoden\w+|ulcer|visc\w+|"
        r"append\w+|divertic\w+|gallbladder|cholecyst\w+|o?esophag\w+|ca?ec(?:um|al)|rect\w+|"
        r"jejun\w+|ile\w+|uter\w+|ventric\w+|atri(?:um|al)|trachea\w*|hollow|free|extra-?luminal|gas|air",
        r"septum|septal|tympanic|ear ?drum",
    ),
    "artery": (
        rf"{_CLOSED}|cut-?off|(?:hyper-?)?dense (?:\w+ )?(?:sign|artery|vessel)",
        r"[map][123]|mca|aca|pca|basilar|middle cerebral|cerebral arter\w+|ica|carotid|"
        r"vertebral artery|sma|mesenteric|co?eliac|(?:renal|hepatic|splenic) arter(?:y|ies)",
        rf"balloon|collaterals?|coils?|stent|device|{_TREATED}",
    ),
    "limb": (
        rf"(?:acute|abrupt|sudden|complete|embolic|thrombotic) (?:{_CLOSED}|cut-?off)",
        r"arter(?:y|ies|ial)",
        rf"balloon|coils?|{_TREATED}",
    ),
    "blocked": (
        r"obstruct(?:ion|ed|ing|s)",
        r"bowel|ile(?:um|al|us)|jejun(?:um|al)|duoden(?:um|al)|colon|sigmoid|ca?ecum|svc|vena cava|"
        r"pulmonary artery|main bronchus|trachea|airway",
        r"ureter\w*|bladder|biliary|bile|nasal|non-?|pulmonary disease",
    ),
    "astray": (
        r"mal-?position\w*|mal-?plac\w+|mis-?plac\w+",
        r"tubes?|lines?|catheters?|leads?|cvc|picc|tip|ett|ngt|tracheostomy",
        r"screw|implant",
    ),
    "herniated": (
        r"herniat(?:ion|ed|ing)",
        r"tonsils?|uncus|brain|foramen magnum|cerebell\w+",
        r"chiari|disc|disk",
    ),
    "spilt": (
        r"extravasations?",
        r"contrast|active|arterial|vascular|blood|spleen|splenic|liver|hepatic|renal|kidney",
        r"urin\w+|injection|antecubital|forearm|bladder|catheter|arthrogra\w+|joint|subacromial",
    ),
    "vein": (
        r"thromb(?:us|i|osis|osed|oses)|clots?|(?:non-?|in)compressib\w+|filling defects?|"
        rf"{_CLOSED}",
        r"(?:deep|femoral|popliteal|iliac|jugular|portal|subclavian|axillary|calf|"
        r"(?:porto-?)?mesenteric|"
        r"ovarian|renal|hepatic|splenic|brachial) (?:veins?|arter(?:y|ies))|"
        r"[rl][va]|ivc|svc|ijv|smv|"
        r"(?:sagittal|transverse|sigmoid|lateral|cavernous|dural|straight) sinus(?:es)?|"
        r"vena cava|pulmonary|(?:inter)?lobar|segmental|(?:lower|upper|middle) lobe arter\w+|"
        r"atri(?:um|al)|ventric(?:le|ular)|apical|intra-?cardiac|appendage|laa|"
        r"coronary|carotid|mca|middle cerebral|basilar|valve|stent|graft",
        r"superficial|saphenous|ha?emorrhoid\w*|varic\w+|bladder|ureter\w*|caly\w+|mural|"
        r"device|o?esophagus|"
        rf"{_TREATED}",
    ),
    "diffusion": (
        r"(?:restricted|restriction of) diffusion|diffusion restriction",
        r"territor(?:y|ies)|acute|infarct\w*|stroke|isch(?:a)?emi\w+",
        r"prostate|node|mass",
    ),
    "bleed": (
        r"ha?emorrhages?|bleed(?:s|ing)?|ha?ematomas?",
        r"brain|cerebr\w+|cerebell\w+|cranial|thalam\w+|ganglia|pons|putamen|caudate|frontal|"
        r"temporal|parietal|occipital|ventric\w+|cisterns?|sylvian|sulc\w+|convexity|falx|"
        r"tentor\w+|pituitar\w+|rectus|psoas|iliopsoas|retro-?peritone\w+|mediastin\w+|spleen|splenic|liver|hepatic|renal|kidney|adrenal|pelvi\w+|spinal",
        r"micro-?|scalp|subgaleal|cysts?|sub-?chorionic|conjunctiv\w+|sinus|subcutaneous|"
        r"soft tissue",
    ),
    "cord": (
        r"compress(?:ion|ed|ing|es)(?! (?:fractures?|deformit\w+|stocking))|impinge\w+",
        r"(?:spinal )?cord|brain ?stem|medulla\w*|conus|cauda equina|airway|trachea\w*",
        r"umbilical|spermatic|vocal",
    ),
    "twisted": (
        r"torsion|torsed",
        r"ovar(?:y|ian|ies)|adnexa\w*|test(?:is|es|icle|icular)|spermatic|scrot\w+|fallopian|"
        r"omental|gastric|stomach|gallbladder",
        r"tibial|angle|version",
    ),
    "unfed": (
        r"(?:no|absent|absence of|lack of) (?:\w+ ){0,3}(?:flow|perfusion|vascularity)",
        r"ovar(?:y|ian)|test(?:is|icle|icular)|transplant|graft|bowel|kidney",
        r"cysts?|mass|nodule",
    ),
    "gas": (
        r"(?:gas|air)(?![- ](?:space|fluid|bronch|trap|cell))|emphysema",
        r"retro-?peritone\w+|mesenteric vein|deep neck|fascia\w*|perine\w+|scrot\w+|"
        r"portal (?:vein|venous)|fluid collection|collecting system|spinal canal|pleural space|"
        r"(?:bowel|intestinal|gastric|gallbladder) wall|"
        r"(?:under|beneath|below) the (?:\w+ )?(?:hemi-?)?diaphragms?",
        r"stomach|bowel gas|gastric",
    ),
    "effused": (
        r"(?:pericardial|epidural|retropharyngeal|prevertebral) (?:\w+ )?(?:effusion|collection)",
        r"tamponade|large|massive|ventricle|cord|abscess|airway|rim",
        r"small|trace|physiologic",
    ),
    "stuck": (
        r"foreign bod(?:y|ies)|coins?|magnets?",
        r"\w*bronch\w+|trache\w+|carina|airway|o?esophag\w+|larynx|retained",
        r"soft tissue|lesion",
    ),
    "ventricles": (
        r"hydrocephalus",
        r"hydrocephalus",
        r"normal[- ]pressure|ex vacuo|compensated|arrested|shunt\w*|stable|unchanged",
    ),
    "starved": (
        r"infarct(?:s|ions?|ed)?|isch(?:a)?emia|strokes?",
        r"test(?:is|icle|icular)|ovar(?:y|ian)|kidneys?|renal|spleen|splenic|liver|hepatic|bowel|"
        r"omental|cerebral|occipital|frontal|temporal|parietal|thalam\w+|caudate|semiovale|ganglia|"
        r"capsul\w+|brain ?stem",
        r"old|chronic|remote|scar\w*|lacun\w+|small vessel|microvascular|white matter",
    ),
}  # fmt: skip
