#!/usr/bin/env python3
"""Reads and writes SOPS files by its documented form, with the age and AES of others: `sops.py read|write FORMAT ...`.

    sops.py read json|dotenv IDENTITY_FILE < FILE       prints the values as JSON, in the order of the file
    sops.py write json|dotenv RECIPIENT < JSON          the other way round; `*_unencrypted` stays in the clear
"""
import base64
import hashlib
import json
import os
import re
import sys

import pyrage
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORM = re.compile(r"ENC\[AES256_GCM,data:(.*),iv:(.+),tag:(.+),type:(.+)\]")
TYPES = {"str": str, "int": int, "float": float, "bool": lambda text: text == "True"}


def decrypt(text, key, path):
    data, iv, tag, kind = FORM.fullmatch(text).groups()
    data, iv, tag = (base64.b64decode(part) for part in (data, iv, tag))
    assert len(iv) == 32
    return TYPES[kind](AESGCM(key).decrypt(iv, data + tag, path.encode()).decode())


def encrypt(value, key, path):
    kind = {str: "str", bool: "bool", int: "int", float: "float"}[type(value)]
    iv = os.urandom(32)
    sealed = AESGCM(key).encrypt(iv, plain(value), path.encode())
    data, iv, tag = (base64.b64encode(part).decode() for part in (sealed[:-16], iv, sealed[-16:]))
    return f"ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:{kind}]"


def plain(value):
    return str(value).encode()


def mac(values):
    return hashlib.sha512(b"".join(plain(value) for value in values)).hexdigest().upper()


def read(form, identity_file):
    text = sys.stdin.read()
    if form == "json":
        values = json.loads(text)
        sops = values.pop("sops")
    else:
        pairs = dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))
        values = {name: value.replace("\\n", "\n") for name, value in pairs.items() if not name.startswith("sops_")}
        sops = {name[5:]: value.replace("\\n", "\n") for name, value in pairs.items() if name.startswith("sops_")}
        sops["age"] = [{"enc": sops["age__list_0__map_enc"], "recipient": sops["age__list_0__map_recipient"]}]
    identity = pyrage.x25519.Identity.from_str(
        next(line.strip() for line in open(identity_file) if line.startswith("AGE-SECRET-KEY-")))
    for recipient in sops["age"]:
        try:
            key = pyrage.decrypt(recipient["enc"].encode(), [identity])
            break
        except pyrage.DecryptError:
            continue
    suffix = sops["unencrypted_suffix"]
    opened = {
        name: value if name.endswith(suffix) else decrypt(value, key, name + ":") for name, value in values.items()}
    assert decrypt(sops["mac"], key, sops["lastmodified"]) == mac(opened.values()), "the MAC differs"
    print(json.dumps(opened))


def write(form, recipient):
    values = json.loads(sys.stdin.read())
    key = os.urandom(32)
    sops = {
        "age": [{
            "recipient": recipient,
            "enc": pyrage.encrypt(key, [pyrage.x25519.Recipient.from_str(recipient)], armored=True).decode()}],
        "lastmodified": "2026-11-28T15:00:00Z", "unencrypted_suffix": "_unencrypted", "version": "3.9.0"}
    sops["mac"] = encrypt(mac(values.values()), key, sops["lastmodified"])
    sealed = {
        name: value if name.endswith("_unencrypted") else encrypt(value, key, name + ":")
        for name, value in values.items()}
    if form == "json":
        print(json.dumps({**sealed, "sops": sops}, indent="\t"))
        return
    age = sops.pop("age")[0]
    flat = {**sops, "age__list_0__map_enc": age["enc"], "age__list_0__map_recipient": age["recipient"]}
    for name, value in [*sealed.items(), *(("sops_" + name, value) for name, value in sorted(flat.items()))]:
        print(f"{name}={value}".replace("\n", "\\n"))


if __name__ == "__main__":
    {"read": read, "write": write}[sys.argv[1]](*sys.argv[2:])
