"""The other side of the round-trip test: botocore over the committed models.

    botocore_roundtrip.py make MODELS SEED COUNT   # random calls, one JSON object a line: the request as botocore
                                                   # writes it, the input it was made from, and an output to answer
    botocore_roundtrip.py read MODELS              # responses on standard input, one a line; what botocore reads out
                                                   # of each, one a line

Values travel in one plain form: timestamps as milliseconds, blobs as base64. Works with botocore 1.29 and later.
"""
import base64
import datetime
import json
import os
import random
import sys

import botocore
from botocore import awsrequest, model, parsers, serialize

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
PIECES = ["a", "Z", "0", "é", "漢", "😀", "\u2028", " ", "+", "%", "&", "=", "<", ">", '"', "'", "\\", "/", ".", ",", ":",
          "\n", "\t", "\r", "member", "]]>", "{}", "~"]


def services(models):
    for name in sorted(os.listdir(models)):
        with open(os.path.join(models, name), encoding="utf-8") as f:
            yield name[: -len(".json")], model.ServiceModel(json.load(f), name[: -len(".json")])


def protocols(service):
    return service.metadata.get("protocols") or [service.metadata["protocol"]]


class Maker:
    """Makes random values of shapes."""

    def __init__(self, rng, whole_seconds, prune):
        self.rng, self.whole_seconds, self.prune = rng, whole_seconds, prune

    def value(self, shape, depth=0, ascii_only=False):
        kind = shape.type_name
        make = getattr(self, "_" + kind, None)
        if make:
            return make(shape, depth, ascii_only)
        if kind in ("string", "character"):
            return self._text(shape, ascii_only)
        if kind in ("integer", "long", "short", "byte"):
            bits = {"byte": 7, "short": 15, "integer": 31, "long": 63}[kind]
            return self.rng.choice([0, 1, -1, 2**bits - 1, -(2**bits), self.rng.randrange(100)])
        if kind in ("float", "double"):
            return self.rng.choice([0.0, 1.5, -0.25, 1e10, 2.0**-20, float(self.rng.randrange(10**6))])
        raise ValueError("no value for " + kind)

    def _structure(self, shape, depth, _):
        out = {}
        if shape.is_tagged_union:  # exactly one member is set
            name = self.rng.choice(list(shape.members))
            return {name: self.value(shape.members[name], depth + 1)}
        for name, member in shape.members.items():
            place = member.serialization.get("location")
            payload = shape.serialization.get("payload") == name
            needed = name in shape.required_members or place == "uri" or payload
            if not needed and (depth > 4 or self.rng.random() < 0.35):
                continue
            out[name] = self.value(member, depth + 1, place is not None)
            if payload and member.type_name == "blob":
                out[name] = b"payload"  # botocore reads one that is no stream as text
            # What HTTP cannot tell from nothing is not sent.
            if self.prune and out[name] == {} or place in ("querystring", "headers") and out[name] in ([], {}):
                del out[name]
            elif place == "headers":
                out[name] = {"k" + k.lower(): v for k, v in out[name].items()}
            elif place == "uri" or payload:
                out[name] = out[name] or ({} if member.type_name == "structure" else "x")
        return out

    def _list(self, shape, depth, ascii_only):
        size = self.rng.choice([0, 1, 2, 11]) if depth < 4 else self.rng.choice([0, 1])
        out = [self.value(shape.member, depth + 1, ascii_only) for _ in range(size)]
        return [e for e in out if not (self.prune and e == {})]

    def _map(self, shape, depth, ascii_only):
        size = self.rng.choice([0, 1, 3])
        return {self._text(shape.key, ascii_only): self.value(shape.value, depth + 1, ascii_only) for _ in range(size)}

    def _boolean(self, shape, depth, ascii_only):
        return self.rng.random() < 0.5

    def _timestamp(self, shape, depth, ascii_only):
        ms = self.rng.randrange(0, 4 * 10**12)
        iso = shape.serialization.get("timestampFormat", "") in ("iso8601", "rfc822")
        if self.whole_seconds or iso or ascii_only:
            ms -= ms % 1000
        return EPOCH + datetime.timedelta(milliseconds=ms)

    def _blob(self, shape, depth, ascii_only):
        return bytes(self.rng.randrange(256) for _ in range(self.rng.randrange(9)))

    def _text(self, shape, ascii_only):
        if getattr(shape, "enum", None):
            return self.rng.choice(shape.enum)
        pieces = ["a", "Z", "0", "-", "_"] if ascii_only else PIECES
        return "".join(self.rng.choice(pieces) for _ in range(self.rng.randrange(9)))


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return round((value.astimezone(UTC) - EPOCH) / datetime.timedelta(milliseconds=1))
    return value


def request(protocol, operation, params):
    serializer = serialize.create_serializer(protocol, include_validation=False)
    parts = serializer.serialize_to_request(params, operation)
    parts.setdefault("context", {})
    awsrequest.prepare_request_dict(parts, endpoint_url="http://umbel.test")
    prepared = awsrequest.create_request_object(parts).prepare()
    body = prepared.body or b""
    if isinstance(body, str):
        body = body.encode()
    headers = {k: (v.decode() if isinstance(v, bytes) else v) for k, v in prepared.headers.items()}
    return {"method": prepared.method, "url": prepared.url, "headers": headers, "body": base64.b64encode(body).decode()}


def make(models, seed, count):
    rng = random.Random(seed)
    for name, service in services(models):
        for protocol in protocols(service):
            query = protocol == "query"
            whole = query or protocol == "smithy-rpc-v2-cbor"  # in which botocore writes whole seconds
            for op in sorted(service.operation_names):
                operation = service.operation_model(op)
                for _ in range(count):
                    params, result = {}, {}
                    if operation.input_shape is not None:
                        params = Maker(rng, whole, query).value(operation.input_shape)
                    if operation.output_shape is not None:
                        result = Maker(rng, query, False).value(operation.output_shape)
                    print(json.dumps({"service": name, "protocol": protocol, "operation": op,
                                      "request": request(protocol, operation, params),
                                      "input": plain(params), "output": plain(result)}))


def read(models):
    known = dict(services(models))
    for line in sys.stdin:
        answer = json.loads(line)
        service = known[answer["service"]]
        shape = None
        if answer.get("operation"):
            shape = service.operation_model(answer["operation"]).output_shape
        parser = parsers.create_parser(answer["protocol"])
        parsed = parser.parse({"status_code": answer["status"], "headers": awsrequest.HeadersDict(answer["headers"]),
                               "body": base64.b64decode(answer["body"])}, shape)
        meta = parsed.pop("ResponseMetadata", {})
        payload = shape.serialization.get("payload") if shape is not None else None
        if payload in parsed and shape.members[payload].type_name == "blob":
            parsed[payload] = parsed[payload].encode()
        print(json.dumps({"requestID": meta.get("RequestId", ""), "value": plain(parsed)}))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    if sys.argv[1] == "version":
        print(botocore.__version__)
    elif sys.argv[1] == "make":
        make(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        read(sys.argv[2])
