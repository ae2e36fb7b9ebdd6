"""OSCAL documents looked at: by the schemas of the standard where they are at hand, and by rules of
our own that need nothing but the document."""
import json, os, pathlib, re, unicodedata

from harness import ROOT, Skip, need

SHARED = pathlib.Path(os.environ.get("DAICHO_SHARED", ROOT / "../shared"))
SCHEMAS = {"catalog": "catalog", "mapping-collection": "mapping",
           "assessment-results": "assessment-results", "plan-of-action-and-milestones": "poam"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|\+09:00)")
TOKENS = ("id", "control-id", "target-id", "id-ref", "name", "class", "role-id")


def is_token(text):
    """(\\p{L}|_)(\\p{L}|\\p{N}|[.\\-_])* of the schema; Python's re knows no \\p."""
    kinds = [unicodedata.category(c)[0] for c in text]
    return bool(text) and (kinds[0] == "L" or text[0] == "_") and all(
        k in "LN" or c in ".-_" for k, c in zip(kinds, text))


def validator(schema):
    try:
        import jsonschema
    except ImportError:
        raise Skip("python3-jsonschema is missing (tools/packages check)")

    def pattern(v, expression, instance, _):
        if not v.is_type(instance, "string"):
            return
        fits = is_token(instance) if "\\p{L}" in expression else re.search(expression, instance)
        if not fits:
            yield jsonschema.ValidationError(f"{instance!r} does not match {expression}")

    kind = jsonschema.validators.extend(jsonschema.Draft7Validator, {"pattern": pattern})
    return kind(schema)


_validators = {}


def schema_faults(document):
    """What the schema of the document's kind finds; raises Skip where schemas are absent."""
    (root,) = document
    path = SHARED / f"vectors/oscal/oscal_{SCHEMAS[root]}_schema.json"
    if not path.exists():
        raise Skip(f"{path} is not there: no schemas to validate with")
    if root not in _validators:
        _validators[root] = validator(json.loads(path.read_text()))
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
            for e in _validators[root].iter_errors(document)]


def walk(value, key=None, parent=None):
    yield key, value, parent
    if isinstance(value, dict):
        for k, v in value.items():
            yield from walk(v, k, value)
    elif isinstance(value, list):
        for v in value:
            yield from walk(v, key, None)


def structure_faults(document):
    """What must hold of any of our documents, whatever a schema says."""
    (root,) = document
    body, faults, ids, uuids = document[root], [], [], []
    for key, value, parent in walk(body):
        if key == "uuid":
            uuids.append(value)
        if isinstance(key, str) and (key == "uuid" or key.endswith("-uuid")) and not UUID.fullmatch(value):
            faults.append(f"{key} {value} is no UUID of version 5")
        if key in TOKENS and isinstance(value, str) and parent is not None:
            free = (key == "name" and "type" in parent) or "identifier-type" in parent
            if not free and not is_token(value):
                faults.append(f"{key} {value!r} is no token")
        if key in ("start", "end", "collected", "deadline", "last-modified", "published") and \
                not TIME.fullmatch(value):
            faults.append(f"{key} {value} is no time with an offset")
        if key in ("title", "value") and isinstance(value, str) and \
                ("\n" in value or value != value.strip() or not value):
            faults.append(f"{key} {value!r} is no line")
        if isinstance(value, (list, dict)) and not value and key != "include-all":
            faults.append(f"{key} is empty")
        if key == "id":
            ids.append(value)
    if len(set(ids)) != len(ids):
        faults.append("an id stands twice")
    if len(set(uuids)) != len(uuids):
        faults.append("a uuid stands twice")
    for need_key in ("title", "last-modified", "version", "oscal-version"):
        if need_key not in body["metadata"]:
            faults.append(f"metadata without {need_key}")
    for key, value, _ in walk(body):
        if key == "href" and value.startswith("#") and value[1:] not in uuids:
            faults.append(f"{value} leads nowhere")
    return faults


def check(document):
    """Our own rules always; the schema where it is there. True if the schema was asked."""
    faults = structure_faults(document)
    need(not faults, "\n".join(faults[:5]))
    try:
        faults = schema_faults(document)
    except Skip as why:
        return str(why)
    need(not faults, "\n".join(faults[:5]))
    return ""
