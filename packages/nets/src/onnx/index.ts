export { readOnnx, type OnnxNetwork } from './read-onnx.js';
export { writeOnnx, type InputStatistics, type OnnxOptions } from './write-onnx.js';
