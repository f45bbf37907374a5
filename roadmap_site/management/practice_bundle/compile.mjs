// node compile.mjs SOURCE TARGET JOBS: compiles with the very interpreter that will run it what starting and the
// checks of JOBS import, so that a start compiles nothing. All else stays as source, which is smaller.

import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

// Without it node prints the line in which it happened, and Pyodide's lines are endless.
process.on("uncaughtException", (error) => {
  console.error(error.message);
  process.exit(1);
});

const [source, target, jobs] = process.argv.slice(2).map((argument) => path.resolve(argument));
const { loadPyodide } = await import(pathToFileURL(`${source}/pyodide.mjs`));
const python = await loadPyodide({
  indexURL: `${source}/`,
  stdLibURL: `${source}/stdlib.bin`,
  packageBaseUrl: "./",
  lockFileContents: fs.readFileSync(`${source}/lock.json`, "utf8"),
});
python.unpackArchive(new Uint8Array(fs.readFileSync(`${source}/django.bin`)), "zip", { extractDir: "/django" });
const check = python.runPython("import sys; sys.path.insert(0, '/django'); from checker import check; check");
const database = python.runPython("import checker; checker.boot(); checker.DATABASE[0]");
for (const [name, job] of Object.entries(JSON.parse(fs.readFileSync(jobs, "utf8")))) {
  const result = check(python.toPy(job)).toJs({ dict_converter: Object.fromEntries });
  if (!result.passed) throw new Error(`${name} should pass: ${JSON.stringify(result)}`);
}
const compile = python.runPython(`
import importlib._bootstrap_external as external, io, sys, zipfile

used = {getattr(module, "__file__", None) for module in list(sys.modules.values())}

def compile_used(archive, folder, database=b""):
    source, target = zipfile.ZipFile(io.BytesIO(archive.to_bytes())), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as compiled:
        for info in source.infolist():
            name, data = info.filename, source.read(info)
            if folder + name in used:
                code = compile(data, folder + name, "exec", dont_inherit=True, optimize=0)
                name, data = name + "c", bytes(external._code_to_hash_pyc(code, bytes(8), False))
            compiled.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
        if database:
            compiled.writestr(zipfile.ZipInfo("empty.sqlite3", (2026, 1, 1, 0, 0, 0)), database)
    return target.getvalue()

compile_used`);
const version = python.runPython("'python%d%d' % sys.version_info[:2]");
const archives = [["stdlib.bin", `/lib/${version}.zip/`], ["django.bin", "/django/", database]];
for (const [name, ...where] of archives) {
  const archive = compile(new Uint8Array(fs.readFileSync(`${source}/${name}`)), ...where);
  fs.writeFileSync(`${target}/${name}`, archive.toJs());
}
