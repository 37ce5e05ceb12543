type Point = readonly [x: number, y: number];
type Ring = readonly Point[];

/** Cells along each side: a county of some thousand edges has a few in each cell. */
const SIDE = 64;

/**
 * The edges of the rings of one area by the cells of a grid over its box. An edge is held against those of the cells
 * that it passes through, so that how long an outline takes grows with its points, not with its points times ours.
 */
export class EdgeGrid {
  private readonly cells: number[][] = Array.from({ length: SIDE * SIDE }, () => []);
  private readonly edges: (readonly [Point, Point])[] = [];
  private readonly west: number;
  private readonly south: number;
  private readonly width: number;
  private readonly height: number;

  constructor(rings: readonly Ring[], [west, south, east, north]: readonly [number, number, number, number]) {
    [this.west, this.south] = [west, south];
    [this.width, this.height] = [(east - west) / SIDE || 1, (north - south) / SIDE || 1];
    for (const ring of rings)
      for (let at = 1; at < ring.length; at += 1) this.add([ring[at - 1] as Point, ring[at] as Point]);
  }

  /** Whether an edge of the ring meets one of ours. */
  crosses(ring: Ring): boolean {
    for (let at = 1; at < ring.length; at += 1) if (this.meets(ring[at - 1] as Point, ring[at] as Point)) return true;
    return false;
  }

  private add(edge: readonly [Point, Point]): void {
    const number = this.edges.push(edge) - 1;
    this.passed(edge[0], edge[1], (cell) => {
      cell.push(number);
      return false;
    });
  }

  private meets(a: Point, b: Point): boolean {
    return this.passed(a, b, (cell) =>
      cell.some((number) => {
        const [c, d] = this.edges[number] as readonly [Point, Point];
        return boxesMeet(a, b, c, d) && segmentsCross(a, b, c, d);
      }),
    );
  }

  /** The cells that a segment may pass through, row by row, until `found` says that it was looking for this one. */
  private passed(a: Point, b: Point, found: (cell: number[]) => boolean): boolean {
    const [low, high] = [this.row(Math.min(a[1], b[1])), this.row(Math.max(a[1], b[1]))];
    for (let row = Math.max(0, low); row <= Math.min(SIDE - 1, high); row += 1) {
      // Where the segment enters and leaves this row, and a little more than that.
      const [from, to] = [this.south + (row - SLACK) * this.height, this.south + (row + 1 + SLACK) * this.height];
      const [x1, x2] = low === high ? [a[0], b[0]] : [clipped(a, b, from, to), clipped(b, a, from, to)];
      const first = Math.max(0, this.column(Math.min(x1, x2)) - (low === high ? 0 : 1));
      const last = Math.min(SIDE - 1, this.column(Math.max(x1, x2)) + (low === high ? 0 : 1));
      for (let column = first; column <= last; column += 1)
        if (found(this.cells[row * SIDE + column] as number[])) return true;
    }
    return false;
  }

  private row(y: number): number {
    return this.cellOf(y - this.south, this.height);
  }

  private column(x: number): number {
    return this.cellOf(x - this.west, this.width);
  }

  /** What lies on the far border belongs to the last cell; what lies beyond, to none. */
  private cellOf(distance: number, size: number): number {
    const cell = Math.floor(distance / size);
    return cell === SIDE && distance <= size * SIDE * (1 + 1e-12) ? SIDE - 1 : cell;
  }
}

const SLACK = 1e-6;

/** The x at which the segment from a enters the band of y: its own where a lies in it. */
function clipped([ax, ay]: Point, [bx, by]: Point, from: number, to: number): number {
  const y = Math.min(Math.max(ay, from), to);
  return y === ay ? ax : ax + ((bx - ax) * (y - ay)) / (by - ay);
}

const boxesMeet = (a: Point, b: Point, c: Point, d: Point): boolean =>
  Math.max(a[0], b[0]) >= Math.min(c[0], d[0]) &&
  Math.min(a[0], b[0]) <= Math.max(c[0], d[0]) &&
  Math.max(a[1], b[1]) >= Math.min(c[1], d[1]) &&
  Math.min(a[1], b[1]) <= Math.max(c[1], d[1]);

function segmentsCross(a: Point, b: Point, c: Point, d: Point): boolean {
  const side = (p: Point, q: Point, r: Point): number =>
    Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}
