// The pages for the screenshots, and the clicks that open them.

/**
 * The session of examples/demo in Phoenix, with its first request selected, and the page Sessions, without charts and
 * without the columns that are empty if no content is sent.
 */
export async function phoenix({ page, take, url, traceId }) {
  const project = `${url}/projects/UHJvamVjdDox`;
  await page.addInitScript(() => {
    localStorage.setItem("arize-phoenix-theme", "light");
    localStorage.setItem(
      "arize-phoenix-preferences",
      JSON.stringify({ state: { isSideNavExpanded: false, showMetricsInTraceTree: true }, version: 0 }),
    );
    const halves = JSON.stringify({ "trace-tree": 42, "span-details": 58 });
    localStorage.setItem("react-resizable-panels:trace-details-layout", halves);
  });
  const request = page.getByText("chat claude-opus-5-5").first();
  await openUntil(page, `${project}/traces/${traceId}`, request);
  await request.click();
  await page.getByRole("tab", { name: "Attributes" }).click();
  await page.getByText("llm.token_count.prompt", { exact: true }).waitFor();
  await take("phoenix-trace", { height: 940 });

  await page.goto(`${project}/sessions`);
  await page.getByRole("button", { name: "Hide aside panel" }).click();
  await choose(page, "Charts", ["Overall volume of traces", "Average session annotation scores"]);
  await choose(page, "Columns", ["first input", "last output", "user", "annotations", "end time"]);
  await take("phoenix-sessions", { height: 520 });
}

/** The same in MLflow: the trace, and the traces grouped by session, with the runs of one session expanded. */
export async function mlflow({ page, take, url, traceId, manyRuns }) {
  await page.addInitScript(() => {
    localStorage.setItem("mlflow.assistant.panelOpen_v1", "false");
    localStorage.setItem("mlflow.assistant.fab.autoOpenedOnFirstLoad_v1", "true");
    localStorage.setItem("mlflow.detectIssues.guidanceShown_v1", "true");
  });
  const traces = `${url}/#/experiments/0/traces`;
  await page.goto(`${traces}?traceId=tr-${traceId}`);
  await page.getByText("chat claude-opus-5-5").first().click();
  await page.getByText("gen_ai.usage.cost").first().waitFor();
  await take("mlflow-trace", { height: 1000 });

  await page.goto(traces);
  await page.reload();
  await page.getByLabel("Group traces by session").click();
  await page
    .getByRole("row")
    .filter({ hasText: manyRuns.slice(0, 6) })
    .getByRole("button")
    .first()
    .click();
  await take("mlflow-sessions", { height: 700 });
}

/** The trace in Jaeger, with the tags of the first request. */
export async function jaeger({ page, take, url, traceId }) {
  await page.goto(`${url}/trace/${traceId}`);
  await page.getByText("chat claude-opus-5-5").first().click();
  await page.getByText("Tags:").first().click();
  await page.getByText("gen_ai.usage.output_tokens").first().scrollIntoViewIfNeeded();
  await take("jaeger-trace", { height: 1180 });
}

/** Reloads a page until it shows `shown`: Phoenix stores accepted spans with a delay. */
async function openUntil(page, url, shown) {
  for (let attempt = 1; ; attempt++) {
    await page.goto(url);
    const seen = await shown.waitFor({ timeout: 10_000 }).then(
      () => true,
      () => false,
    );
    if (seen) return;
    if (attempt === 10) throw new Error(`${url} does not show what was sent.`);
  }
}

/** Opens a menu, clicks its entries and closes it. The menu is an overlay, so it is last in the document. */
async function choose(page, menu, entries) {
  await page.getByRole("button", { name: menu }).click();
  for (const entry of entries) await page.getByText(entry, { exact: true }).last().click();
  await page.keyboard.press("Escape");
}

/** The pages of `ccotel view`: one session with its most expensive request selected, and the list of sessions. */
export async function view({ page, take, url }) {
  await page.goto(url.session);
  await page.getByRole("tab", { name: /Requests/ }).click();
  await page.locator("tbody button").first().click();
  await page.getByRole("complementary", { name: "Details" }).waitFor();
  await page.getByText("every cent explained").waitFor();
  await page.evaluate(() => scrollTo(0, 0));
  await take("view-session", { height: 1160 });
  await page.goto(url.all);
  await page.getByText(/^\d+ sessions$/).waitFor();
  await take("view-sessions", { height: 1080 });
}
