// Mounts the labs of a static page: what an ipywidgets manager does in Jupyter, for one model without a kernel.
(() => {
  "use strict";

  /** A model with anywidget's methods, whose state lives in the page. */
  function createModel(state) {
    const listeners = new Map();
    return {
      get: (key) => state[key],
      set(key, value) {
        if (Object.is(state[key], value)) return;
        state[key] = value;
        for (const name of [`change:${key}`, "change"]) {
          for (const callback of [...(listeners.get(name) ?? [])]) callback({ changed: { [key]: value } });
        }
      },
      on(names, callback) {
        for (const name of names.split(" ")) {
          listeners.set(name, [...(listeners.get(name) ?? []), callback]);
        }
      },
      off(names, callback) {
        if (!names) return listeners.clear();
        for (const name of names.split(" ")) {
          listeners.set(name, callback ? (listeners.get(name) ?? []).filter((c) => c !== callback) : []);
        }
      },
      save_changes() {},
      send() {},
    };
  }

  async function mount(place) {
    const name = place.dataset.mount;
    const lab = (globalThis.rnnkitLabs ?? {})[name];
    if (!lab) throw new Error(`the script of the lab ${name} is not loaded`);
    const model = createModel(JSON.parse(place.dataset.state));
    const el = document.createElement("div");
    el.dataset.host = "site";
    if (lab.initialize) await lab.initialize({ model });
    // Laid out before it is drawn, so that a lab can measure itself; swapped in when it is complete.
    place.append(el);
    await lab.render({ model, el });
    place.querySelector(".rnn-lab-default")?.remove();
    place.dataset.mounted = "true";
  }

  function mountAll() {
    for (const place of document.querySelectorAll(".rnn-lab-mount:not([data-mounted])")) {
      mount(place).catch((error) => {
        place.dataset.mounted = "failed";
        console.error(error);
      });
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mountAll);
  else mountAll();
})();
