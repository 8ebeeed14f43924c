// @ts-check
/**
 * Long work beside the page: in a Worker made from a string (so that it works from file:// and in
 * Jupyter), in slices, each new request cancelling the one before.
 *
 * A job is an async function that posts what it has, and pauses often; when a newer request has come, `pause` says so and the job
 * returns. Where no Worker may be made the same job runs in the page, slice by slice.
 */

/**
 * @template Request, Report
 * @typedef {(request: Request, post: (report: Report) => void, pause: () => Promise<boolean>) => Promise<void>} Job
 *   `pause` resolves to false when the job has been cancelled
 */

/** Milliseconds of work between two pauses. */
export const SLICE = 25;

/**
 * One place that runs one job at a time.
 *
 * @template Request, Report
 * @param {Job<Request, Report>} job
 * @param {(id: number, report: Report) => void} post
 * @returns {(id: number, request: Request) => void}
 */
function runner(job, post) {
  let wanted = 0;
  return (id, request) => {
    wanted = id;
    const pause = () => new Promise((/** @type {(more: boolean) => void} */ resolve) => {
      setTimeout(() => resolve(wanted === id), 0);
    });
    void job(request, (report) => post(id, report), pause);
  };
}

/**
 * The Worker's side: answers every request with the job's reports. An id of 0 only cancels.
 *
 * @template Request, Report
 * @param {Job<Request, Report>} job
 */
export function serve(job) {
  const run = runner(job, (id, report) => self.postMessage({ id, report }));
  self.addEventListener("message", ({ data: { id, request } }) => run(id, request));
}

/**
 * The page's side.
 *
 * @template Request, Report
 * @param {string} source  the Worker's script; "" runs the job in the page
 * @param {Job<Request, Report>} job
 * @param {(report: Report) => void} receive  only reports of the newest request
 * @returns {{start: (request: Request) => void, close: () => void}}
 */
export function background(source, job, receive) {
  let newest = 0;
  let closed = false;
  const take = (/** @type {number} */ id, /** @type {Report} */ report) => {
    if (id === newest && !closed) receive(report);
  };
  /** @type {Worker | null} */
  let worker = null;
  let url = "";
  const here = runner(job, take);
  /** @type {Request | undefined} */
  let pending;

  function open() {
    if (worker || source === "") return;
    try {
      url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      worker = new Worker(url);
    } catch {
      source = "";
      return;
    }
    worker.addEventListener("message", ({ data: { id, report } }) => {
      pending = undefined;
      take(id, report);
    });
    // A content security policy may refuse the Worker only after it was made.
    worker.addEventListener("error", () => {
      drop();
      source = "";
      if (pending !== undefined && !closed) here(newest, pending);
    });
  }
  function drop() {
    worker?.terminate();
    worker = null;
    if (url) URL.revokeObjectURL(url);
    url = "";
  }
  return {
    start(request) {
      newest += 1;
      pending = request;
      open();
      if (worker) worker.postMessage({ id: newest, request });
      else here(newest, request);
    },
    close() {
      closed = true;
      newest += 1;
      drop();
    },
  };
}
