import { parentPort, Worker } from "node:worker_threads";

/** Threads that share tasks. A task and its result are plain data that can be sent from thread to thread. */
interface Pool<Task, Result> {
  /** Removes and returns a task that is done; undefined if none waits. Its result is undefined if no thread has it. */
  take(): { task: Task; result: Result | undefined } | undefined;
  /** Removes and returns the last task that no thread has been given. */
  giveBack(): Task | undefined;
  /** Whether a task has been given to a thread and not been taken. */
  areBusy(): boolean;
  /** Resolves when `take` may have something. */
  arrival(): Promise<void>;
  stop(): Promise<void>;
}

interface PoolSetup {
  /** Path of the program that each thread runs, and the argument with which it calls `workOnTasks`. */
  program: string;
  argument: string;
  /** What each thread gets as `workerData`. */
  data: unknown;
  count: number;
  /** How many tasks a thread is given before their results are taken. This bounds what is in memory. */
  ahead: number;
}

interface Numbered<Content> {
  index: number;
  content: Content;
}

/** Starts threads that do the tasks, in this order. The caller must `stop` them. */
export function startPool<Task, Result>(
  tasks: readonly Task[],
  { program, argument, data, count, ahead }: PoolSetup,
): Pool<Task, Result> {
  let [from, to] = [0, tasks.length];
  const done: { task: Task; result: Result | undefined; worker?: Worker }[] = [];
  const given = new Map<number, { task: Task; worker: Worker }>();
  const workers = new Set<Worker>();
  let wake = () => {};

  function feed(worker: Worker): void {
    if (from >= to) return;
    const index = from++;
    const task = tasks[index] as Task;
    given.set(index, { task, worker });
    worker.postMessage({ index, content: task } satisfies Numbered<Task>);
  }

  function start(): Worker {
    const worker = new Worker(program, { argv: [argument], workerData: data });
    worker.on("message", ({ index, content }: Numbered<Result | undefined>) => {
      const known = given.get(index);
      given.delete(index);
      if (known !== undefined) done.push({ ...known, result: content });
      wake();
    });
    const lost = () => {
      workers.delete(worker);
      for (const [index, { task, worker: its }] of given) {
        if (its !== worker) continue;
        given.delete(index);
        done.push({ task, result: undefined });
      }
      wake();
    };
    worker.on("error", lost);
    worker.on("messageerror", lost);
    worker.on("exit", lost);
    for (let next = 0; next < ahead; next++) feed(worker);
    return worker;
  }

  while (workers.size < count) workers.add(start());
  return {
    take() {
      const next = done.shift();
      if (next === undefined) return undefined;
      const { task, result, worker } = next;
      if (worker !== undefined && workers.has(worker)) feed(worker);
      return { task, result };
    },
    giveBack: () => (from < to ? tasks[--to] : undefined),
    areBusy: () => given.size + done.length > 0,
    arrival: () =>
      done.length > 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            wake = resolve;
          }),
    async stop() {
      await Promise.all([...workers].map((worker) => worker.terminate()));
    },
  };
}

/**
 * In a thread of a pool: does the tasks that the main thread sends, until it ends this thread. A task whose
 * `work` fails has no result. Returns false if the program does not run as a thread.
 */
export function workOnTasks<Task, Result>(
  work: (task: Task) => Result | undefined | Promise<Result | undefined>,
): boolean {
  const port = parentPort;
  if (port === null) return false;
  port.on("message", async ({ index, content }: Numbered<Task>) => {
    let result: Result | undefined;
    try {
      result = await work(content);
    } catch {
      // The main thread does the task itself, gets the same error and reports it.
    }
    port.postMessage({ index, content: result } satisfies Numbered<Result | undefined>);
  });
  return true;
}
