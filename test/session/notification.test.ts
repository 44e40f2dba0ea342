import { describe, expect, test } from "vitest";
import {
  isNotification,
  notificationText,
  withSummaries,
} from "../../src/session/conversation/notification.ts";
import { AGENT_FINISHED } from "../support/notifications.ts";

const COMMAND_FINISHED = `<task-notification>
<task-id>ba68ux9i3</task-id>
<tool-use-id>toolu_01AfW7</tool-use-id>
<output-file>/tmp/claude-1000/tasks/ba68ux9i3.output</output-file>
<status>completed</status>
<summary>Background command "npm run build &amp;&amp; npm test &gt; log" completed (exit code 0)</summary>
</task-notification>`;

describe("a notification", () => {
  test("is shown as its summary, with the result of the agent where there is room for it", () => {
    expect(withSummaries(AGENT_FINISHED)).toBe('Agent "Look at cart" finished');
    expect(notificationText(AGENT_FINISHED)).toBe(
      'Agent "Look at cart" finished\n\nThe total rounds twice if a < b.',
    );
  });

  test("of a command has its command line as it was typed", () => {
    const summary = 'Background command "npm run build && npm test > log" completed (exit code 0)';
    expect(withSummaries(COMMAND_FINISHED)).toBe(summary);
    expect(notificationText(COMMAND_FINISHED)).toBe(summary);
  });

  test("of a monitor has the event", () => {
    const text =
      '<task-notification>\n<task-id>m1</task-id>\n<summary>Monitor event: "log"</summary>\n<event>ERROR 500</event>\n</task-notification>';
    expect(notificationText(text)).toBe('Monitor event: "log"\n\nERROR 500');
  });

  test("of a client of 2.0 has another name, and a note for the model behind the summary", () => {
    const text =
      '<bash-notification>\n<shell-id>b1</shell-id>\n<status>killed</status>\n<summary>Background command "Slow build" was killed.</summary>\nRead the output file to retrieve the output.\n</bash-notification>';
    for (const one of [text, text.replaceAll("bash-", "agent-")]) {
      expect(isNotification(one)).toBe(true);
      expect(notificationText(one)).toBe('Background command "Slow build" was killed.');
    }
  });

  test("may have a result with tags of its own, which older clients do not escape", () => {
    const said = "Use <summary>this</summary> and <result>that</result>.";
    const text = `<task-notification>\n<summary>Done</summary>\n<result>${said}</result>\n<usage><total_tokens>1</total_tokens></usage>\n</task-notification>`;
    expect(notificationText(text)).toBe(`Done\n\n${said}`);
  });

  test("without a summary is called a task notification, also if its end was cut off", () => {
    const text = "<task-notification>\n<task-id>a1</task-id>";
    expect(withSummaries(text)).toBe("task notification");
    expect(withSummaries(`${text}\n</task-notification>`)).toBe("task notification");
    expect(withSummaries(AGENT_FINISHED.slice(0, -40))).toBe('Agent "Look at cart" finished');
  });

  test("may come with others and with what a person typed meanwhile", () => {
    const together = [AGENT_FINISHED, COMMAND_FINISHED, "Then fix it."].join("\n");
    expect(withSummaries(together).split("\n")).toEqual([
      'Agent "Look at cart" finished',
      'Background command "npm run build && npm test > log" completed (exit code 0)',
      "Then fix it.",
    ]);
  });

  test("is none if a person only writes about one", () => {
    const text = `What does this mean?\n${AGENT_FINISHED}`;
    expect(isNotification(text)).toBe(false);
    expect(withSummaries(text)).toBe(text);
    expect(notificationText(text)).toBeUndefined();
  });
});
