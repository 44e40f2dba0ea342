import { PanelBuilder as BarGaugeBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueGraphMode,
  GraphDrawStyle,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  VisibilityMode,
  VizOrientation,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  RowBuilder,
  TextBoxVariableBuilder,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

/**
 * `stat`: one number; `bars`: the increase in each interval; `lines`: the value in each interval; `ranking`: one number
 * for each value of a label; `table`: one number for each combination of labels.
 */
export type Kind = "stat" | "bars" | "lines" | "ranking" | "table";

export interface PanelSpec {
  title: string;
  kind: Kind;
  /** In columns. A row of the dashboard has 24. */
  width: number;
  /** Grafana's name of the unit. */
  unit: string;
  /** Prevents a likely misunderstanding of the panel. */
  description?: string;
  /** The shortest interval of bars and lines. */
  interval?: string;
  queries: { query: string; legend?: string }[];
}

export interface RowSpec {
  title: string;
  panels: PanelSpec[];
}

export interface DashboardSpec {
  uid: string;
  title: string;
  description: string;
  datasource: "prometheus" | "tempo";
  variables: { name: string; label: string; description: string; value: string }[];
  rows: RowSpec[];
  target(query: string, kind: Kind, legend: string, refId: string): Builder<Dataquery>;
}

/** Height of panels, in Grafana's rows of 30 pixels. */
const HEIGHT: Record<Kind, number> = { stat: 4, bars: 8, lines: 8, ranking: 8, table: 8 };

/** The dashboard as Grafana imports it. */
export function toDashboard(spec: DashboardSpec): Dashboard {
  const builder = new DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags(["ccotel", "claude-code"])
    .time({ from: "now-24h", to: "now" })
    .timezone("browser")
    .refresh("1m")
    .withVariable(new DatasourceVariableBuilder("datasource").label("Data source").type(spec.datasource));
  for (const { name, label, description, value } of spec.variables) {
    builder.withVariable(
      new TextBoxVariableBuilder(name)
        .label(label)
        .description(description)
        .defaultValue(value)
        .current({ text: value, value }),
    );
  }
  let id = 1;
  for (const { title, panels } of spec.rows) {
    builder.withRow(new RowBuilder(title).id(id++));
    for (const panel of panels) builder.withPanel(panelOf(panel, spec).id(id++));
  }
  return builder.build();
}

function panelOf(panel: PanelSpec, { datasource, target }: DashboardSpec) {
  const builder = visualization(panel)
    .title(panel.title)
    .unit(panel.unit)
    .datasource({ type: datasource, uid: "$" + "{datasource}" })
    .span(panel.width)
    .height(HEIGHT[panel.kind]);
  if (panel.description !== undefined) builder.description(panel.description);
  if (panel.interval !== undefined) builder.interval(panel.interval);
  panel.queries.forEach(({ query, legend = "" }, index) => {
    builder.withTarget(target(query, panel.kind, legend, String.fromCharCode(65 + index)));
  });
  return builder;
}

function visualization({ kind }: PanelSpec) {
  const last = new ReduceDataOptionsBuilder().calcs(["lastNotNull"]);
  switch (kind) {
    case "stat":
      return new StatBuilder().graphMode(BigValueGraphMode.None).reduceOptions(last).noValue("–");
    case "ranking":
      return new BarGaugeBuilder().orientation(VizOrientation.Horizontal).reduceOptions(last).min(0);
    case "table":
      return new TableBuilder().withTransformation({
        id: "organize",
        options: { excludeByName: { Time: true } },
      });
    case "bars":
      return new TimeSeriesBuilder()
        .drawStyle(GraphDrawStyle.Bars)
        .fillOpacity(80)
        .lineWidth(0)
        .stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
        .min(0);
    case "lines":
      // People pause: show points, and draw no line across a gap of more than three hours.
      return new TimeSeriesBuilder().showPoints(VisibilityMode.Always).spanNulls(10_800_000).min(0);
  }
}
