"""check.py APP MPIEXEC PREFLAGS… NUMPROC_FLAG: records that the program makes, on one process and on three ranks: the same
bytes, and what Python finds in the same files."""
import collections, csv, gzip, json, pathlib, subprocess, sys

app, launcher = sys.argv[1], sys.argv[2:]


def run(*arguments, ranks=0):
    command = launcher + [str(ranks), app] if ranks else [app]
    done = subprocess.run(command + list(arguments), stdout=subprocess.PIPE, timeout=100, check=True)
    return done.stdout


outputs, files = [], []
for ranks in 0, 1, 3:
    name = f"{ranks}.csv"
    made = f"on-{ranks}-*.json"
    text = run("--make", "20011", "--partitions", "7", "--data", made, "--csv", name, ranks=ranks)
    outputs.append((text, pathlib.Path(name).read_bytes()))
    files.append([pathlib.Path(made.replace("*", str(part))).read_bytes() for part in range(7)])
assert outputs[0] == outputs[1] == outputs[2], "other bytes on other ranks"
assert files[0] == files[1] == files[2], "other records on other ranks"

records = [json.loads(line) for data in files[0] for line in data.splitlines()]
assert len(records) == 20011
assert list(records[0]) == ["age", "name", "occupation", "telephone", "address", "credit-card"]
assert list(records[0]["credit-card"]) == ["number", "expiration-date"] and len(records[0]["name"]) == 2


def expected(over):
    ages = collections.defaultdict(list)
    for record in records:
        if record["age"] > over:
            ages[record["occupation"]].append(record["age"])
    rows = sorted(ages.items(), key=lambda row: -len(row[1]))  # stable: equal ones as they first come
    return [(name, len(of), sum(of) / len(of)) for name, of in rows]


def rows_of(path):
    with open(path, newline="") as file:
        return [(row["occupation"], int(row["people"]), float(row["mean_age"])) for row in csv.DictReader(file)]


assert rows_of("0.csv") == expected(30), "Python finds others"
lines = outputs[0][0].decode().splitlines()
rows = expected(30)
assert lines[0] == f"{sum(row[1] for row in rows)} of 20011 people are over 30, in {len(rows)} occupations", lines[0]
assert [line.split() for line in lines[1:]] == [[n, str(c), "mean", "age", f"{a:.2f}"] for n, c, a in rows[:10]]

run("on-0-*.json", "--over", "60", "--csv", "60.csv", "--top", "3", ranks=3)
assert rows_of("60.csv") == expected(60)
assert "0 of 20011 people are over 99, in 0 occupations\n" == run("on-0-*.json", "--over", "99", "--csv", "99.csv").decode()
assert rows_of("99.csv") == []

run("--make", "20011", "--partitions", "3", "--data", "packed-*.json.gz", "--csv", "packed.csv")
packed = [gzip.decompress(pathlib.Path(f"packed-{part}.json.gz").read_bytes()) for part in range(3)]
assert b"".join(packed) == b"".join(files[0]), "other records in other partitions"
assert rows_of("packed.csv") == expected(30)
run("--make", "20011", "--seed", "31", "--data", "other-*.json")
assert b"".join(pathlib.Path(f"other-{part}.json").read_bytes() for part in range(10)) != b"".join(files[0])
print("people agrees")
