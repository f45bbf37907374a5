// Python with Django, in a worker without an origin. The first message has the files it is made of, every later one a
// job { id, files, checks }; the answer is the result as JSON. See stages/practice/checker.py.

self.onmessage = async ({ data: { assets } }) => {
  try {
    const address = (name) => URL.createObjectURL(new Blob([assets[name]], { type: "text/javascript" }));
    const text = (name) => new TextDecoder().decode(assets[name]);
    const types = { wasm: "application/wasm" };

    // Pyodide asks for its files by an address; here each is at hand, and there is no network.
    self.fetch = async (asked) => {
      const name = String(asked?.url ?? asked).split("/").pop();
      if (!assets[name]) return Response.error();
      return new Response(assets[name], { headers: { "content-type": types[name.split(".").pop()] ?? "application/octet-stream" } });
    };
    const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all([
      import(address("pyodide.mjs")),
      import(address("pyodide.asm.mjs")),
    ]);
    const python = await loadPyodide({
      indexURL: "https://practice.invalid/",
      stdLibURL: "https://practice.invalid/stdlib.bin",
      packageBaseUrl: "https://practice.invalid/",
      createPyodideModule,
      lockFileContents: text("lock.json"),
      // All that `import js` shows to a learner's code.
      jsglobals: { setTimeout: setTimeout.bind(self), clearTimeout: clearTimeout.bind(self), Object },
      stdout: () => {},
      stderr: () => {},
    });
    python.unpackArchive(assets["django.bin"], "zip", { extractDir: "/django" });
    const [check, isWhole] = python.runPython(`
import json, os, sys
sys.path.insert(0, "/django")
import checker
checker.boot()

def check(job, check=checker.check, dumps=json.dumps, loads=json.loads):
    return dumps(check(loads(job)))

def is_whole(modules=dict(sys.modules), now=sys.modules, isdir=os.path.isdir, folders=('/django/django', checker.ROOT)):
    """Whether the next check finds what this one has found: a learner's code may have thrown it away."""
    return all(now.get(name) is module for name, module in modules.items()) and all(map(isdir, folders))

[check, is_whole]
`);

    self.onmessage = ({ data: { id, files, checks } }) => {
      try {
        const result = check(JSON.stringify({ files, checks }));
        self.postMessage({ id, result, worn: !isWhole() });
      } catch (error) {
        self.postMessage({ broken: error?.message ?? String(error) }); // it gave up, as for want of memory
      }
    };
    self.postMessage({ ready: true });
  } catch (error) {
    self.postMessage({ broken: error?.message ?? String(error) });
  }
};
