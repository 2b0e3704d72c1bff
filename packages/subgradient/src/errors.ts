export { ArgumentError, NonFiniteError, requireFinite, ShapeError } from '@nonsmooth/tensor';
