// Django in this browser: loads the bundle, hands it to the frame in which it runs, and asks it for checks.

const FILES = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "stdlib.bin", "django.bin", "lock.json"];

const load = async (address, signal, onBytes) => {
  const response = await fetch(address, { signal });
  if (!response.ok) throw new Error(`${response.status}`);
  const parts = [];
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts).arrayBuffer();
    parts.push(value);
    onBytes(value.length);
  }
};

/**
 * Start Django from the bundle at an address; `frame` and `worker` are the addresses of those, and `seconds` what a check
 * may take. Rejects when it cannot be loaded. `onLoading` hears how many bytes are there, and `onStarting` is called when
 * all are and Python begins.
 */
export const startSandbox = async ({ bundle, frame, worker, seconds, onLoading, onStarting }) => {
  const addresses = [...FILES.map((name) => [name, bundle + name]), ["worker.js", worker]];
  let loaded = 0;
  const onBytes = (bytes) => onLoading((loaded += bytes)), all = new AbortController();
  const assets = Object.fromEntries(
    await Promise.all(addresses.map(async ([name, address]) => [name, await load(address, all.signal, onBytes)])).catch(
      (error) => {
        all.abort(); // one is missing, so the others are of no use
        throw error;
      },
    ),
  );
  performance.mark("practice-loaded");
  onStarting();

  const element = document.createElement("iframe");
  element.setAttribute("sandbox", "allow-scripts");
  element.hidden = true;
  element.title = "Sandbox";
  let number = 0, waiting;
  const settle = (answer) => {
    waiting?.(answer);
    waiting = undefined;
  };

  await new Promise((resolve, reject) => {
    let isReady = false;
    addEventListener("message", ({ source, data }) => {
      // Whatever a learner's code has sent is a text at most: it is read, and never run or shown as a page of ours.
      if (source !== element.contentWindow || typeof data?.state !== "string") return;
      if (data.state === "loaded") source.postMessage({ assets, limit: seconds * 1000 }, "*");
      else if (data.state === "ready") resolve((isReady = true));
      else if (data.state === "broken") {
        if (isReady) settle({ broken: String(data.message) });
        else reject(new Error(String(data.message)));
      } else if (data.id === number) settle(data.state === "checked" ? { json: String(data.result) } : { ended: data.state });
    });
    element.src = frame;
    document.body.append(element);
  });

  return {
    /** What became of a check: { result }, { ended: "too-long" | "stopped" } or { broken: why }. */
    check: async (files, checks) => {
      number += 1;
      const answer = await new Promise((resolve) => {
        waiting = resolve;
        element.contentWindow.postMessage({ id: number, files, checks }, "*");
      });
      if (!answer.json) return answer;
      try {
        return { result: JSON.parse(answer.json) };
      } catch (error) {
        return { broken: error.message };
      }
    },
    stop: () => element.contentWindow.postMessage({ stop: true }, "*"),
    remove: () => element.remove(),
  };
};
