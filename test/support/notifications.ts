/** What a client of 2.1.332 gives the model when a background agent has finished. */
export const AGENT_FINISHED = `<task-notification>
<task-id>ad1ed79d5ea4280c3</task-id>
<tool-use-id>toolu_01Qm5t</tool-use-id>
<output-file>/tmp/claude-1000/-home-dev-shop/tasks/ad1ed79d5ea4280c3.output</output-file>
<status>completed</status>
<summary>Agent "Look at cart" finished</summary>
<note>A task-notification fires each time this agent stops with no live background children of its own.</note>
<result>The total rounds twice if a &lt; b.</result>
<usage><subagent_tokens>5130</subagent_tokens><tool_uses>1</tool_uses><duration_ms>2570</duration_ms></usage>
</task-notification>`;
