#!/usr/bin/env python3
"""Checks an export of the audit chain with nothing of Kapok: python3 verify-audit.py EXPORT ROOT.pem (needs openssl 3).
The format is described in docs/audit.md. Exit code 0: whole, 1: something was changed, dropped or inserted."""
import base64, hashlib, json, struct, subprocess, sys, tempfile, uuid

sha = lambda data: hashlib.sha256(data).digest()
faults, peaks, size, roots, streams, block, sealed = [], [], 0, [], {}, [], []


def digest(e):
    part = uuid.UUID(e["stream"]).bytes + struct.pack(">iq", e["seq"], e["micros"]) + uuid.UUID(e["actor"]).bytes + uuid.UUID(e["onBehalf"]).bytes
    for name in ("type", "actorName", "origin", "ground", "data"):
        text = e[name].encode()
        part += struct.pack(">i", len(text)) + text
    return sha(bytes.fromhex(e["previous"]) + part)


def add(leaf):  # peaks: roots of the full subtrees, left to right, with their heights
    global size
    size, height = size + 1, 0
    while peaks and peaks[-1][0] == height:
        leaf, height = sha(b"\1" + peaks.pop()[1] + leaf), height + 1
    peaks.append((height, leaf))
    for root in [r for r in roots if r["size"] == size]:
        top = peaks[-1][1]
        for _, left in reversed(peaks[:-1]):
            top = sha(b"\1" + left + top)
        if top.hex() != root["root"]:
            faults.append(f"root {root['number']}: the sealed hashes up to {size} do not lead to it")


def close():  # compare what was sealed with what the log holds
    held = {sha(b"\0" + bytes.fromhex(e["digest"])): e for e in block}
    for place, leaf in enumerate(sealed, size + 1):
        if leaf not in held:
            faults.append(f"record {place} was dropped or changed")
    for e in block:
        name, last = f"{e['stream']} {e['seq']} ({e['type']})", streams.get(e["stream"], (0, sha(uuid.UUID(e["stream"]).bytes).hex()))
        if sha(b"\0" + bytes.fromhex(e["digest"])) not in sealed:
            faults.append(f"{name} is not what was sealed")
        if digest(e).hex() != e["digest"]:
            faults.append(f"{name} was changed")
        if e["seq"] != last[0] + 1 or e["previous"] != last[1]:
            faults.append(f"{name} does not follow the one before")
        streams[e["stream"]] = (e["seq"], e["digest"])
    for leaf in sealed:
        add(leaf)
    block.clear(), sealed.clear()


def check(root):  # signature over the statement by openssl, certificate by openssl against the root you trust
    fields = dict(line.split(" ", 1) for line in root["statement"].splitlines()[1:])
    roots.append({"number": root["number"], "size": int(fields["size"]), "root": fields["root"]})
    with tempfile.TemporaryDirectory() as d:
        def put(name, data):
            with open(f"{d}/{name}", "wb") as f: f.write(data)
            return f"{d}/{name}"
        run = lambda *a: subprocess.run(["openssl", *a], capture_output=True)
        cert = put("c.der", base64.b64decode(root["certificate"]))
        run("x509", "-inform", "DER", "-in", cert, "-out", f"{d}/c.pem")
        put("k.pem", run("x509", "-in", f"{d}/c.pem", "-pubkey", "-noout").stdout)
        sm2 = b"SM2" in run("pkey", "-pubin", "-in", f"{d}/k.pem", "-text", "-noout").stdout
        how = ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"] if sm2 else ["-digest", "sha256"]
        text, signature = put("s.txt", root["statement"].encode()), put("s.sig", base64.b64decode(root["signature"]))
        if run("pkeyutl", "-verify", "-pubin", "-inkey", f"{d}/k.pem", "-rawin", *how, "-in", text, "-sigfile", signature).returncode:
            faults.append(f"root {root['number']}: wrong signature")
        when = str(int(__import__("datetime").datetime.fromisoformat(fields["at"].replace("Z", "+00:00")).timestamp()))
        if run("verify", "-attime", when, "-vfyopt", "distid:1234567812345678", "-CAfile", sys.argv[2], f"{d}/c.pem").returncode:
            faults.append(f"root {root['number']}: its certificate does not come from the root you trust")


with open(sys.argv[1], encoding="utf-8") as lines:
    head = json.loads(next(lines))
    assert head["kind"] == "audit-export" and head["from"] == 0, "this page of script checks exports from the beginning"
    for line in lines:
        record = json.loads(line)
        if record["kind"] == "root": check(record)
        elif record["kind"] == "event": block.append(record)
        elif record["kind"] == "leaves":
            close()
            data = base64.b64decode(record["hashes"])
            sealed.extend(data[i:i + 32] for i in range(0, len(data), 32))
close()
if not roots or size != head["to"] or roots[-1]["size"] != size: faults.append("the export is not complete")
print("\n".join(faults) or f"whole: {size} records, {len(roots)} signed roots")
sys.exit(1 if faults else 0)
