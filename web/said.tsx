import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { wordsOf } from "../src/search/words.ts";
import { count } from "./format.ts";
import { splitAt } from "./marks.ts";
import { proseParts } from "./prose.ts";

/** Shows a text. Marks the words of a query in it, and scrolls to the first of them. */
export function Said(props: {
  text: string;
  /** How many characters were cut off. */
  left?: number | undefined;
  words?: string | undefined;
  /** Whether it has Markdown to show. Marks are for the text as it was written. */
  isProse?: boolean;
}) {
  const { text, left, words, isProse } = props;
  const box = useRef<HTMLPreElement>(null);
  const parts = useMemo(() => splitAt(text, words === undefined ? [] : wordsOf(words)), [text, words]);
  useLayoutEffect(() => {
    const mark = box.current?.querySelector("mark");
    if (box.current && mark) box.current.scrollTop = mark.offsetTop - box.current.clientHeight / 3;
  }, [parts]);
  return (
    <>
      <pre class="said" dir="auto" ref={box}>
        {isProse ? (
          <Prose text={text} />
        ) : (
          parts.map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : part))
        )}
      </pre>
      {left !== undefined && <p class="dim">{count(left)} more characters are not shown.</p>}
    </>
  );
}

/** Shows an answer, with its code and bold text. */
function Prose({ text }: { text: string }) {
  return proseParts(text).map(([kind, part], index) => {
    if (kind === "text") return part;
    if (kind === "b") return <b key={index}>{part}</b>;
    return (
      <code key={index} class={kind}>
        {part}
      </code>
    );
  });
}
