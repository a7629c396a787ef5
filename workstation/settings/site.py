"""One `[[site]]` of the settings file: where a platform is, and what was agreed with it."""

from pathlib import Path
from typing import Literal

from attrs import frozen

from workstation.domain.identifiers import SiteId
from workstation.settings import checks, messages
from workstation.settings.checks import setting

StepUpPolicy = Literal["each", "session"]


@frozen(kw_only=True)
class Site:
    """One hospital's platform: where it is, and what was agreed with it."""

    id: SiteId = setting("Short name used in logs; never shown to patients.", check=checks.site_id)
    name: str = setting("What the reader calls the site.", check=checks.not_empty)
    issuer: str = setting("OpenID Connect issuer: where readers sign in.", check=checks.address)
    fhir: str = setting(
        "FHIR R4 base: worklist and reports. Needed where `worklist` is `fhir`.",
        "",
        checks.address_if_any,
    )
    dicomweb: str = setting(
        "DICOMweb base, where a study names none itself. Needed where `images` or `worklist` come"
        " by it.",
        "",
        checks.address_if_any,
    )
    worklist: Literal["fhir", "ups", "qido", "dimse"] = setting(
        "Where cases come from: FHIR Tasks; work items of UPS-RS; or the newest studies of an"
        " archive without tasks, by QIDO-RS or C-FIND. Such a list has no claims, deadlines or"
        " states, and says so.",
        "fhir",
    )
    ups: str = setting("UPS-RS base, where it is not that of DICOMweb.", "", checks.address_if_any)
    second_origin: str = setting(
        "A second way to the same platform, as a scheme, host and port: a second gateway that has"
        " `fhir`, `dicomweb` and `ups` under the same paths. It is used while the first does not"
        " answer, and gets the reader's token.",
        "",
        checks.origin_if_any,
    )
    list_days: int = setting(
        "A worklist without tasks shows the studies of so many days.", 2, checks.between(1, 60)
    )
    readers: str = setting(
        "Who may read where the site has no record of readers, by the subject of the identity"
        ' provider: `"4711 = US-TX 2027-06-30; 4711 = US-NM"`.',
        "",
        checks.readers,
    )
    phone: str = setting(
        "Whom to call when a report cannot be delivered: the facility's number, as it is dialled.",
        "",
    )
    directory: str = setting(
        "Who takes critical results, in the order in which they are called:"
        ' `"Dr. Lee Proxy, emergency = +1 206 555 0100; Charge nurse = +1 206 555 0101"`.',
        "",
        checks.people,
    )
    critical_minutes: str = setting(
        "Within how many minutes a critical result of category 1, 2, 3 must be told.",
        "1 = 30; 2 = 720; 3 = 7200",
        checks.critical_minutes,
    )
    stat_answer_seconds: int = setting(
        "A STAT report that is not accepted within this raises an alarm.",
        120,
        checks.between(5, 3600),
    )
    est: str = setting(
        "Where the site certifies the signing keys of its readers (EST, RFC 7030:"
        " `https://host/.well-known/est`); empty: it does not, and a key vouches for itself.",
        "",
        checks.address_if_any,
    )
    timestamps: str = setting(
        "Time-stamping service (RFC 3161) for the signature in the PDF; empty: without one.",
        "",
        checks.address_if_any,
    )
    dicom_report: bool = setting(
        "A signed report goes to the image archive too, as DICOM SR and as encapsulated PDF.",
        False,
    )
    dimse: str = setting(
        "The site's DIMSE service and its AE title: `dicoms://host:port/AE`; `dicom://` is without"
        " TLS.",
        "",
        checks.dimse_address,
    )
    dimse_ae: str = setting(
        "AE title of this desk, as the site knows it.", "WORKSTATION", checks.ae_title
    )
    dimse_retrieve: Literal["get", "move"] = setting(
        "Images come on the association we ask on (C-GET), or on one that the site opens to"
        " `dimse_receiver` (C-MOVE).",
        "get",
    )
    dimse_receiver: str = setting(
        "Where this desk listens while a C-MOVE is under way: `address:port`.",
        "",
        checks.listening_address,
    )
    dimse_certificate: Path | None = setting(
        "Certificate and key (PEM) of this desk, for sites that ask who calls, and for the"
        " receiver under TLS.",
        None,
    )
    dimse_without_tls: bool = setting(
        "The line to the site's DIMSE service is private by itself (a VPN): `dicom://` is allowed"
        " to other machines.",
        False,
    )
    images: Literal["dicomweb", "dimse"] = setting(
        "Where images come from, and documents of ours go to.", "dicomweb"
    )
    hl7: str = setting("HL7 v2 listener, where the site has one.", "", checks.hl7_address)
    report: Literal["fhir", "imr", "hl7"] = setting(
        "How signed reports reach the site: as a FHIR transaction; as the closed bundle of IHE IMR"
        " (RAD-141); or as HL7 v2 ORU^R01 to `hl7`. After the last two the case is completed in a"
        " second step.",
        "fhir",
    )
    hl7_status: str = setting(
        "States that this site wants with other letters than P, F, and C for an addendum, in OBR-25"
        ' and OBX-11: `"addended = A/F"`.',
        "",
        messages.status,
    )
    hl7_to: str = setting(
        "Receiving application and facility of messages (MSH-5, MSH-6): `RIS/HARBOR`.",
        "",
        messages.party,
    )
    hl7_from: str = setting("Sending facility of messages (MSH-4), as the site knows us.", "")
    hl7_pdf: bool = setting(
        "The PDF of a report goes in its message too, as an OBX of type ED.", False
    )
    hl7_door: str = setting(
        "Where this desk listens for the site's orders (ORM^O01, OMI^O23) and changes of patients"
        " (ADT): `address:port`; empty: nowhere.",
        "",
        checks.listening_address,
    )
    hl7_peers: str = setting(
        'Who may bring messages to `hl7_door`: `"10.1.2.3 10.4.0.0/16"`.',
        "127.0.0.1",
        messages.peers,
    )
    hl7_certificate: Path | None = setting(
        "Certificate and key (PEM) of `hl7_door`, without which it is for this machine only; shown"
        " to the listener `hl7` too, where it asks who calls.",
        None,
    )
    launch_issuer: str = setting(
        "Who may send cases of this site to this desk (`workstation open --launch`): the `iss` of"
        " their tokens; empty: nobody.",
        "",
        checks.address_if_any,
    )
    launch_keys: Path | None = setting("Public keys of that issuer: a JWK Set (RFC 7517).", None)
    fhircast_hub: str = setting(
        "FHIRcast hub of the site (`hub.url`): other programs at this desk open and leave cases"
        " together with this one; empty: none do.",
        "",
        checks.address_if_any,
    )
    fhircast_topic: str = setting(
        "The session at that hub (`hub.topic`): one for each desk or reader, as the site says.",
        "",
        checks.topic,
    )
    client_id: str = setting(
        "OAuth client the site registered for us.", "workstation", checks.not_empty
    )
    scopes: str = setting(
        "OAuth scopes asked for at sign-in.",
        "openid profile offline_access fhirUser",
        checks.not_empty,
    )
    jurisdiction: str = setting(
        "Law the site is under (ISO 3166-2), where a study names no other.",
        check=checks.jurisdiction,
    )
    timezone: str = setting("IANA time zone of the site.", check=checks.timezone)
    zones: str = setting(
        "Time zones of other jurisdictions the site scans in, for the midnight at which a licence"
        ' ends: `"US-NM = America/Denver; US-OK = America/Chicago"`.',
        "",
        checks.zones,
    )
    promises: str = setting(
        "Minutes from the listing in which a case is to be read, where the site's list names no"
        " time, by priority, tier and modality; the first that fits counts:"
        ' `"stat CT = 20; stat = 30; preliminary = 60; MG = 2880; final = 1440"`.',
        "",
        checks.promises,
    )
    shares_priors: str = setting(
        "Ids of the sites with which this one agreed that priors of its patients are looked for"
        " there, and of theirs here; the other must name this one too.",
        "",
    )
    licence_at_desk: bool = setting(
        "A licence is needed where the reader sits too (`place`), not where the scan was alone.",
        False,
    )
    read_from: str = setting(
        'The site\'s images may be looked at from these places alone: `"DE FR"`; empty: any.',
        "",
        checks.places,
    )
    step_up: StepUpPolicy = setting(
        "Password again before a signature: at each one, or once per session.", "each"
    )
    stay_signed_in: bool = setting(
        "The next start asks for no password: the refresh token is kept in the system's keyring"
        " until the reader signs out or the provider ends it. Only where every site of the"
        " provider allows it, and there is a keyring that encrypts.",
        False,
    )
    export: bool = setting("Images and state may be written to files.", False)
    scripted_signing: bool = setting("A script may sign (never for patients).", False)
    final_reports: bool = setting("Final reports are accepted; else preliminary ones only.", True)
    lease_seconds: int = setting(
        "A claim ends after this unless renewed.", 900, checks.between(30, 7200)
    )
    heartbeat_seconds: int = setting("A claim is renewed this often.", 60, checks.between(1, 3600))
    timeout_seconds: float = setting(
        "The site must answer within this.", 15.0, checks.between(0.1, 300)
    )
    connections: int = setting("Connections to the site at most.", 16, checks.between(1, 64))
    prefetch_mbit: int = setting(
        "Cases that nobody opened yet take at most so many Mbit/s of the line to the site; 0: what"
        " the line has, while nobody waits for images.",
        0,
        checks.between(0, 100_000),
    )
    codes: Path | None = setting(
        "The site's procedure codes: a TOML file with a table for each (`[CTTHNAT]`), which says "
        'its `region` ("chest"), its `side` (left, right, both) and the `code` that templates '
        "know; each as far as it differs from what orders say. A code that is not there is "
        'marked "not mapped" and told by its words.',
        None,
    )
    autotexts: Path | None = setting(
        "Autotexts of the site: a TOML file, or a list with commas (name, text, spoken name).",
        None,
    )
    templates: Path | None = setting("Folder of report templates of the site (MRRT).", None)
    ca_file: Path | None = setting(
        "Certificates (PEM) to trust for this site instead of the system's.", None
    )
