/** A session that was forked from another one, and its label. */
export interface PageFork {
  id: string;
  title?: string;
  prompt?: string;
}
