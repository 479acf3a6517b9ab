"""check.py APP MPIEXEC PREFLAGS… NUMPROC_FLAG: words of texts of many kinds, and of a text that the program makes, on one
process and on three ranks: the same bytes, and what Python counts."""
import collections, gzip, pathlib, re, subprocess, sys

app, launcher = sys.argv[1], sys.argv[2:]
word = re.compile(rb"[a-z0-9\x80-\xff]+")


def run(*arguments, ranks=0):
    command = launcher + [str(ranks), app] if ranks else [app]
    done = subprocess.run(command + list(arguments), stdout=subprocess.PIPE, timeout=100, check=True)
    return done.stdout


def counted(paths):
    counts = collections.Counter()
    for path in paths:
        data = path.read_bytes()
        counts.update(word.findall((gzip.decompress(data) if path.suffix == ".gz" else data).lower()))
    return counts


def csv_of(counts):
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    return b"word,count\n" + b"".join(b"%s,%d\n" % row for row in rows)


def check(name, paths, *arguments):
    files = [str(path) for path in paths]
    outputs = []
    for ranks in 0, 1, 3:
        csv = pathlib.Path(f"{name}-{ranks}.csv")
        outputs.append((run(*files, "--csv", str(csv), *arguments, ranks=ranks), csv.read_bytes()))
    assert outputs[0] == outputs[1] == outputs[2], f"{name}: other bytes on other ranks"
    assert outputs[0][1] == csv_of(counted(paths)), f"{name}: Python counts other words"
    return outputs[0][0].decode()


hostile = pathlib.Path("hostile.txt")
hostile.write_bytes("\ufeffThe the THE\r\nthe,the;don't Zürich zürich\0nul 8bytes88 9bytes999 16bytes_16_bytes16\n".encode()
                    + b"\xff\xfe broken \x80\n\n" + b"x" * 1_000_003 + b" " + b"y" * 7 + b"\n" + bytes(range(256)) + b" last")
packed = pathlib.Path("packed.txt.gz")
packed.write_bytes(gzip.compress(b"A packed text. A text\n" * 1000))
empty = pathlib.Path("empty.txt")
empty.write_bytes(b"")
# The byte order mark is no part of the text.
hostile_words = counted([hostile])
hostile_words[b"the"] += hostile_words.pop("\ufeffthe".encode())
run(str(hostile), "--csv", "hostile.csv", "--blocksize", "100B")
assert pathlib.Path("hostile.csv").read_bytes() == csv_of(hostile_words), "hostile: Python counts other words"
assert b"0 words, 0 different ones, in 1 file (0 B)" in run(str(empty), "--csv", "empty.csv")
assert pathlib.Path("empty.csv").read_bytes() == b"word,count\n"

made = [pathlib.Path(f"words-{part}.txt") for part in range(3)]
first = run("--make", "40MiB", ranks=3)
bytes_of_three = [path.read_bytes() for path in made]
assert first == run("--make", "40MiB") and bytes_of_three == [path.read_bytes() for path in made], "another text"
assert 40 << 20 <= sum(map(len, bytes_of_three)) < (40 << 20) + 1000
text = check("all", made + [packed], "--blocksize", "3MiB", "--top", "3")
assert re.match(r"\d+ words, 6553\d different ones, in 4 files \(4[0-9.]+ MiB\)\n\S+ +\d+\n\S+ +\d+\n\S+ +\d+\n$", text), text
run(str(packed), "--min-length", "5", "--csv", "long.csv")
assert pathlib.Path("long.csv").read_bytes() == b"word,count\npacked,1000\n"
print("wordcount agrees")
