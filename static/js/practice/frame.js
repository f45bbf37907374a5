// Runs in a frame of no origin, whose policy allows no request at all. It owns the worker in which Django runs, and its
// time limit. The page hands over the files: an origin of its own would have no cache to find them in.
//
// It is told { assets, limit }, a check's milliseconds, then { id, files, checks } for each check, or { stop: true }; it says { state, … }.

(() => {
  let assets, limit, worker, ready, running, timer;

  const say = (message) => parent.postMessage(message, "*");

  const start = () => {
    // A classic worker: one that is a module does not load from a blob without an origin.
    worker = new Worker(URL.createObjectURL(new Blob([assets["worker.js"]], { type: "text/javascript" })));
    worker.onerror = (event) => say({ state: "broken", message: event.message ?? "" });
    ready = new Promise((resolve) => {
      worker.onmessage = ({ data }) => {
        if (data.ready) {
          say({ state: "ready" });
          resolve();
        } else if (data.broken) {
          say({ state: "broken", message: String(data.broken) });
        } else if (data.id === running) {
          clearTimeout(timer);
          running = undefined;
          say({ state: "checked", id: data.id, result: String(data.result) });
          if (data.worn) renew();
        }
      };
    });
    worker.postMessage({ assets });
  };

  const renew = () => {
    worker.terminate();
    start();
  };

  const end = (state) => {
    clearTimeout(timer);
    renew();
    say({ state, id: running });
    running = undefined;
  };

  addEventListener("message", async ({ source, data }) => {
    if (source !== parent) return;
    if (data.assets) {
      ({ assets, limit } = data);
      start();
    } else if (data.stop) {
      if (running !== undefined) end("stopped");
    } else {
      await ready;
      running = data.id;
      timer = setTimeout(() => end("too-long"), limit);
      worker.postMessage(data);
    }
  });

  say({ state: "loaded" });
})();
