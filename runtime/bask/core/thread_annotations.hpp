// thread_annotations.hpp: words by which Clang's thread-safety analysis knows which lock guards what; other
// compilers skip them. `clang++ -Wthread-safety` checks them (tests/structure/thread_safety.sh).
// Source: clang.llvm.org/docs/ThreadSafetyAnalysis.html.
#pragma once

#if defined(__clang__)
#define BASK_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define BASK_THREAD_ANNOTATION(x)
#endif

/// A class that is a lock, or holds one while it lives.
#define BASK_LOCK(name) BASK_THREAD_ANNOTATION(capability(name))
#define BASK_SCOPED_LOCK BASK_THREAD_ANNOTATION(scoped_lockable)
/// A field that is touched only under the lock; or what a pointer points to.
#define BASK_GUARDED_BY(lock) BASK_THREAD_ANNOTATION(guarded_by(lock))
#define BASK_POINTEE_GUARDED_BY(lock) BASK_THREAD_ANNOTATION(pt_guarded_by(lock))
/// A function whose caller holds the lock, or must not hold it.
#define BASK_REQUIRES(...) BASK_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define BASK_EXCLUDES(...) BASK_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
/// A function that takes the lock, tries to, or lets it go.
#define BASK_ACQUIRES(...) BASK_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define BASK_TRIES(...) BASK_THREAD_ANNOTATION(try_acquire_capability(__VA_ARGS__))
#define BASK_RELEASES(...) BASK_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
/// A function after which the lock is known to be held, where the analysis cannot follow how it was taken.
#define BASK_ASSERTS_HELD(...) BASK_THREAD_ANNOTATION(assert_capability(__VA_ARGS__))
/// A function that takes or lets go of locks in a way that the analysis does not understand; say which.
#define BASK_LOCKS_UNCHECKED BASK_THREAD_ANNOTATION(no_thread_safety_analysis)
