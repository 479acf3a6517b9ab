// bask.hpp: all that a program needs.
#pragma once

#include <bask/client.hpp>
#include <bask/collections/array.hpp>
#include <bask/collections/bag/bag.hpp>
#include <bask/collections/delayed.hpp>
#include <bask/collections/tasks.hpp>
#include <bask/core/error.hpp>
#include <bask/io/cf_time.hpp>
#include <bask/io/hdf5.hpp>
#include <bask/run.hpp>
#include <bask/safety/task_error.hpp>
