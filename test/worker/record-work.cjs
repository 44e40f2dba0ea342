// Loaded before a worker. Records which files it opens, how often it flushes, and what it loads.
const fs = require("node:fs");
const opened = [];
let flushes = 0;
const { openSync, fsyncSync, writeFileSync, readFileSync } = fs;
fs.openSync = (path, ...rest) => {
  opened.push(String(path));
  return openSync(path, ...rest);
};
fs.fsyncSync = (fd) => {
  flushes++;
  return fsyncSync(fd);
};
fs.readFileSync = (path, ...rest) => {
  if (typeof path === "string") opened.push(path);
  return readFileSync(path, ...rest);
};
process.on("exit", () => {
  const modules = process.moduleLoadList.filter((name) => /^NativeModule (?!internal)/.test(name));
  const work = {
    opened,
    flushes,
    modules: modules.map((name) => name.slice(13)),
    files: Object.keys(require.cache),
  };
  writeFileSync(process.env.WORK_FILE, JSON.stringify(work));
});
