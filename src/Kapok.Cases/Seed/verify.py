#!/usr/bin/env python3
"""核验办件包：python3 verify.py（在解压出来的文件夹里运行，不需要联网，也不需要别的软件）。
Recomputes the hash chain of the events and the SHA-256 of every file of an exported case. Exit code 0: whole, 1: changed."""
import hashlib
import json
import pathlib
import struct
import sys
import uuid

here = pathlib.Path(__file__).resolve().parent
bundle = json.loads((here / "chain.json").read_text("utf-8"))


def digest(previous, event):
    part = uuid.UUID(event["stream"]).bytes + struct.pack(">iq", event["seq"], int(event["micros"]))
    for who in ("actor", "onBehalf"):
        part += uuid.UUID(event[who]).bytes if event.get(who) else bytes(16)
    for name in ("type", "actorName", "origin", "ground", "data"):
        text = event[name].encode("utf-8")
        part += struct.pack(">i", len(text)) + text
    return hashlib.sha256(previous + part).digest()


faults = []
head = hashlib.sha256(uuid.UUID(bundle["id"]).bytes).digest()
for number, event in enumerate(bundle["events"], 1):
    head = digest(head, event)
    if event["stream"] != bundle["id"] or event["seq"] != number or head.hex() != event["digest"]:
        faults.append(f"事件链在第 {number} 个事件断开")
        break
if not faults and (head.hex() != bundle["head"] or len(bundle["events"]) != bundle["length"]):
    faults.append("事件链的末端和登记的不一致")
for entry in bundle["files"]:
    path = here / entry["path"]
    if not path.is_file():
        faults.append(f"缺少文件 {entry['path']}")
    elif hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
        faults.append(f"文件被改动过 {entry['path']}")
if (here / "manifest.json").is_file():
    # An archive package: the list covers every file. Its signature (manifest.p7s) is checked with openssl or kapok verify archive.
    listed = {entry["path"]: entry["sha256"] for entry in json.loads((here / "manifest.json").read_text("utf-8"))["entries"]}
    there = {path.relative_to(here).as_posix() for path in here.rglob("*") if path.is_file()} - {"manifest.json", "manifest.p7s"}
    covered = {entry["path"] for entry in bundle["files"]}
    faults += [f"缺少文件 {path}" for path in sorted(listed.keys() - there - covered)]
    faults += [f"多出文件 {path}" for path in sorted(there - listed.keys())]
    faults += [f"文件被改动过 {path}" for path in sorted((listed.keys() & there) - covered) if hashlib.sha256((here / path).read_bytes()).hexdigest() != listed[path]]
for fault in faults:
    print("✗", fault)
if not faults:
    print(f"✓ 办件 {bundle['number']}：{bundle['length']} 个事件首尾相连，{len(bundle['files'])} 个文件都没有改动")
sys.exit(1 if faults else 0)
