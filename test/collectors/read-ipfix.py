#!/usr/bin/python3
# read-ipfix.py ADDRESS PORT: an IPFIX collector over TCP, by Debian's python3-ipfix: prints each record as a line of JSON, for one
# connection after the other.
import json
import socket
import sys

import ipfix.ie
import ipfix.reader

ipfix.ie.use_iana_default()
ipfix.ie.use_5103_default()
listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
print("listening", flush=True)
while True:
    connection, _ = listener.accept()
    try:
        for record in ipfix.reader.from_stream(connection.makefile("rb")).namedict_iterator():
            print(json.dumps({name: str(value) for name, value in record.items()}), flush=True)
    except Exception as error:  # a connection that ends in the middle of a message, or bytes that are no IPFIX
        print(json.dumps({"error": repr(error)}), flush=True)
