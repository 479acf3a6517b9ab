#include <bask/collections/array/expression/array_reads.hpp>
#include <bask/collections/array/lazy/bounded_reads.hpp>
#include <bask/collections/array/lazy/lazy.hpp>

namespace bask {

namespace {

bool is_large(const Term& term, const ArrayPtr& source) {
  const std::int64_t elements = element_count(source->shape());
  return elements > kMostBytesRead / static_cast<std::int64_t>(size_of(term.dtype));
}

}  // namespace

void bound_reads(Sourced& sourced) {
  std::vector<Term>& terms = sourced.expression.terms;
  std::vector<std::uint32_t> large;
  for (std::uint32_t k = 0; k < terms.size(); ++k) {
    if (terms[k].kind == TermKind::kBlocks && is_large(terms[k], sourced.sources[terms[k].source]))
      large.push_back(k);
  }
  if (large.empty()) return;
  const std::vector<std::vector<ArrayReads>> reads = array_reads(sourced.expression, large);
  for (std::size_t k = 0; k < large.size(); ++k) {
    Term& term = terms[large[k]];
    ArrayPtr& source = sourced.sources[term.source];
    const auto chunks = intermediate_chunks(source->chunks(), size_of(term.dtype), reads[k]);
    if (!chunks) continue;
    const auto call = UserCall::none();
    source = lazy::rechunk(source, *chunks);
    const std::vector<std::vector<std::int64_t>> starts = BlockGrid(*chunks).starts;
    for (std::size_t axis = 0; axis < starts.size(); ++axis) {
      const std::int64_t first = term.starts[axis].front();  // a part of an array does not begin at 0
      term.starts[axis] = starts[axis];
      for (std::int64_t& start : term.starts[axis]) start += first;
    }
  }
}

}  // namespace bask
