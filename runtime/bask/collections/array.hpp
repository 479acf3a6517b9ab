// array.hpp: includes everything that users need for lazy arrays.
#pragma once

#include <bask/collections/array/along_axis.hpp>
#include <bask/collections/array/assignment.hpp>
#include <bask/collections/array/average.hpp>
#include <bask/collections/array/blockwise.hpp>
#include <bask/collections/array/calculus.hpp>
#include <bask/collections/array/choice.hpp>
#include <bask/collections/array/convolution.hpp>
#include <bask/collections/array/counts.hpp>
#include <bask/collections/array/covariance.hpp>
#include <bask/collections/array/creation.hpp>
#include <bask/collections/array/einsum.hpp>
#include <bask/collections/array/groupby.hpp>
#include <bask/collections/array/histograms.hpp>
#include <bask/collections/array/joining.hpp>
#include <bask/collections/array/manipulation.hpp>
#include <bask/collections/array/products.hpp>
#include <bask/collections/array/quantiles.hpp>
#include <bask/collections/array/random.hpp>
#include <bask/collections/array/searching.hpp>
#include <bask/collections/array/sorting.hpp>
#include <bask/collections/array/statistics.hpp>
#include <bask/collections/array/triangles.hpp>
