"""Reads Perfetto's protobuf trace, as far as Bask writes it, and checks what trace viewers rely on.

Numbers of fields are those of protos/perfetto/trace in Perfetto's sources.
"""
import struct
from collections import Counter


def fields(data):
    """Yields (number, value) of one message: int, or bytes for what has a length."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            yield key >> 3, varint()
        elif kind == 1:
            yield key >> 3, struct.unpack_from("<Q", data, at)[0]
            at += 8
        else:
            assert kind == 2, ("wire type", kind)
            length = varint()
            assert at + length <= len(data), "a field goes beyond its message"
            yield key >> 3, data[at : at + length]
            at += length


def named(data):
    entry = dict(fields(data))
    assert entry[1] > 0
    return entry[1], entry[2].decode()


class Slice:
    def __init__(self, track, begin):
        self.track, self.begin, self.end = track, begin, None
        self.name, self.category, self.args, self.flows, self.ending_flows = None, None, {}, [], []


class Trace:
    """processes: pid to name; threads: tid to (pid, name); slices."""

    def __init__(self, path):
        self.processes, self.threads, self.slices, self.packets = {}, {}, [], 0
        self.tracks, self.sequences, self.open, self.last = {}, {}, {}, {}
        with open(path, "rb") as file:
            for number, packet in fields(file.read()):
                assert number == 1, "a trace has packets alone"
                assert len(packet) < 256 << 10, "a packet is large"
                self.packets += 1
                self.read(packet)
        assert not any(self.open.values()), "a slice does not end"
        begun, ended = Counter(), Counter()
        for slice in self.slices:
            begun.update(slice.flows)
            ended.update(slice.ending_flows)
        assert begun == ended, "a flow has one end"
        assert not begun or max(begun.values()) == 1, "a flow begins twice"
        self.flows = len(begun)

    def read(self, packet):
        all = list(fields(packet))
        one = dict(all)
        flags = one.get(13, 0)
        if flags & 1:
            assert one[10] not in self.sequences, "a sequence begins twice"
            self.sequences[one[10]] = {"events": {}, "categories": {}, "annotations": {}, "track": None}
        if 60 in one:
            self.describe(one[60])
        sequence = self.sequences.get(one[10])
        if 59 in one:
            sequence["track"] = dict(fields(dict(fields(one[59]))[11]))[11]
        if 12 in one:
            for number, entry in fields(one[12]):
                kind = {1: "categories", 2: "events", 3: "annotations"}[number]
                id, name = named(entry)
                assert id not in sequence[kind], "an id is given twice"
                sequence[kind][id] = name
        if 11 in one:
            assert flags & 2, "the packet needs the state of its sequence"
            self.event(sequence, one[8], one[11])

    def describe(self, data):
        track = dict(fields(data))
        assert track[1] not in self.tracks, "a track is described twice"
        self.tracks[track[1]] = track
        if 3 in track:
            process = dict(fields(track[3]))
            assert process[1] > 0
            self.processes[process[1]] = process[6].decode()
        if 4 in track:
            thread = dict(fields(track[4]))
            assert thread[1] in self.processes, "a thread comes before its process"
            assert thread[2] not in self.threads, "two threads have one number"
            self.threads[thread[2]] = (thread[1], thread[5].decode())

    def event(self, sequence, at, data):
        track = sequence["track"]
        assert track in self.tracks
        assert at >= self.last.get(track, 0), "time goes backwards on a track"
        self.last[track] = at
        stack = self.open.setdefault(track, [])
        all = list(fields(data))
        kind = dict(all)[9]
        if kind == 2:
            stack.pop().end = at
            return
        assert kind == 1
        slice = Slice(track, at)
        for number, value in all:
            if number == 10:
                slice.name = sequence["events"][value]
            elif number == 3:
                slice.category = sequence["categories"][value]
            elif number == 4:
                entry = dict(fields(value))
                slice.args[sequence["annotations"][entry[1]]] = entry[3] if 3 in entry else entry[6].decode()
            elif number == 47:
                slice.flows.append(value)
            elif number == 48:
                slice.ending_flows.append(value)
        stack.append(slice)
        self.slices.append(slice)
