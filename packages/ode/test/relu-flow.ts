import type { SwitchedField } from '@nonsmooth/ode';

/**
 * Gradient flow of the mean squared error of a 1-m-1 ReLU network, θ = w[m], b[m], v[m], c; activation j·S + s.
 * Needs x in increasing order.
 */
export function reluFlow(x: readonly number[], y: readonly number[], m: number): SwitchedField {
  const samples = x.length;
  return {
    count: m * samples,
    field(_t, theta, out, activation) {
      out.fill(0);
      for (let s = 0; s < samples; s++) {
        let output = theta[3 * m]!;
        for (let j = 0; j < m; j++) {
          const a = activation[j * samples + s]!;
          if (a !== 0) output += theta[2 * m + j]! * a * (theta[j]! * x[s]! + theta[m + j]!);
        }
        const slope = (-2 / samples) * (output - y[s]!);
        out[3 * m] = out[3 * m]! + slope;
        for (let j = 0; j < m; j++) {
          const a = activation[j * samples + s]!;
          if (a === 0) continue;
          const inner = slope * theta[2 * m + j]! * a;
          out[j] = out[j]! + inner * x[s]!;
          out[m + j] = out[m + j]! + inner;
          out[2 * m + j] = out[2 * m + j]! + slope * a * (theta[j]! * x[s]! + theta[m + j]!);
        }
      }
    },
    surfaces(_t, theta, out) {
      for (let j = 0; j < m; j++) {
        for (let s = 0; s < samples; s++) out[j * samples + s] = theta[j]! * x[s]! + theta[m + j]!;
      }
    },
    screen: {
      // neuron j has its kink at −b/w: only samples that it passes while it moves from control point to control point
      candidates(points, count, out) {
        let length = 0;
        for (let j = 0; j < m; j++) {
          let low = Infinity;
          let high = -Infinity;
          const sign = points[0]![j]! > 0;
          for (let k = 0; k < count; k++) {
            const w = points[k]![j]!;
            const kink = -points[k]![m + j]! / w;
            // a weight that changes its sign turns its neuron around: look at every sample
            if (w === 0 || w > 0 !== sign) {
              low = -Infinity;
              high = Infinity;
              break;
            }
            if (kink < low) low = kink;
            if (kink > high) high = kink;
          }
          low -= 1e-12 * Math.abs(low);
          high += 1e-12 * Math.abs(high);
          let begin = 0;
          for (let end = samples; begin < end;) {
            const middle = (begin + end) >> 1;
            if (x[middle]! < low) begin = middle + 1;
            else end = middle;
          }
          for (let s = begin; s < samples && x[s]! <= high; s++) out[length++] = j * samples + s;
        }
        return length;
      },
      value: (index, _t, theta) => {
        const j = Math.floor(index / samples);
        return theta[j]! * x[index % samples]! + theta[m + j]!;
      },
    },
    velocities(_t, _theta, velocity, out) {
      for (let j = 0; j < m; j++) {
        for (let s = 0; s < samples; s++) {
          out[j * samples + s] = velocity[j]! * x[s]! + velocity[m + j]!;
        }
      }
    },
    project(_t, theta, sliding) {
      for (const index of sliding) {
        const j = Math.floor(index / samples);
        const at = x[index % samples]!;
        const excess = (theta[j]! * at + theta[m + j]!) / (at * at + 1);
        theta[j] = theta[j]! - excess * at;
        theta[m + j] = theta[m + j]! - excess;
      }
    },
  };
}
