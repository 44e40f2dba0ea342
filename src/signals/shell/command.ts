/** One program that a command line runs, as far as that is known without running it. */
export interface ShellCommand {
  /** Name without folder: `rm` for `/bin/rm`. Empty for redirections without a program: `$(<file)`, `> file`. */
  program: string;
  /** Arguments without quotes. What is only known at run time keeps its source text: `$NAME`, `$(…)`. */
  args: string[];
  /** Names of the variables whose values are in its arguments. */
  shows: string[];
  /** Variables that it sets, as `NAME=value`. */
  sets: string[];
  /** Files that it writes by redirection. */
  writes: string[];
  /** Files that it reads by redirection. */
  reads: string[];
  /** Standard input that the command line itself holds: a here-document or here-string. */
  input?: string;
  /** The previous program in the pipeline. */
  fedBy?: ShellCommand;
  /** The next program in the pipeline. */
  feeds?: ShellCommand;
  /** Programs whose output becomes part of its arguments: `sh -c "$(curl …)"`, `bash <(curl …)`. */
  madeBy: ShellCommand[];
  /** It runs through sudo, doas or a similar program. */
  isPrivileged?: true;
  /** It gets more arguments from its input, through xargs or a similar program. */
  isFed?: true;
  /** It runs what the command line has fetched before: a file, or the value of a variable. */
  runsFetched?: true;
  /** Where it runs, unless that is this machine. */
  elsewhere?: "host" | "container";
  /** The folder that the command line has changed to, if it is known. */
  cwd?: string;
}
