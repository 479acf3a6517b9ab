// picture_file.hpp: a picture read back, pixel by pixel, and a folder for it that is removed with the test.
#pragma once

#include <cairo.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <bask/core/error.hpp>
#include <climatology/color_map.hpp>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

// Fontconfig, by which cairo finds fonts, never frees some of them. A leak checker calls this function to
// learn which leaks to ignore.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libfontconfig\n";
}

struct Rgb {
  int red, green, blue;
  bool operator==(const Rgb&) const = default;
};

inline Rgb rgb_of(Color color) {
  const auto byte = [](double part) { return static_cast<int>(std::lround(part * 255)); };
  return {byte(color.red), byte(color.green), byte(color.blue)};
}

inline bool is_near(Rgb a, Rgb b) {
  return std::abs(a.red - b.red) < 3 && std::abs(a.green - b.green) < 3 && std::abs(a.blue - b.blue) < 3;
}

class PictureFile {
 public:
  explicit PictureFile(const std::filesystem::path& path)
      : surface_(cairo_image_surface_create_from_png(path.c_str())) {
    if (cairo_surface_status(surface_) != CAIRO_STATUS_SUCCESS) throw std::runtime_error(path.string());
  }
  ~PictureFile() { cairo_surface_destroy(surface_); }
  PictureFile(const PictureFile&) = delete;
  PictureFile& operator=(const PictureFile&) = delete;

  int width() const { return cairo_image_surface_get_width(surface_); }
  int height() const { return cairo_image_surface_get_height(surface_); }
  Rgb at(double x, double y) const {
    const unsigned char* row = cairo_image_surface_get_data(surface_) +
                               static_cast<std::ptrdiff_t>(y) * cairo_image_surface_get_stride(surface_);
    const std::uint32_t pixel = reinterpret_cast<const std::uint32_t*>(row)[static_cast<std::ptrdiff_t>(x)];
    return {static_cast<int>(pixel >> 16 & 255), static_cast<int>(pixel >> 8 & 255),
            static_cast<int>(pixel & 255)};
  }
  /// How many pixels have about that colour.
  int count(Rgb color) const {
    int found = 0;
    for (int y = 0; y < height(); ++y) {
      for (int x = 0; x < width(); ++x) found += is_near(at(x, y), color) ? 1 : 0;
    }
    return found;
  }

 private:
  cairo_surface_t* surface_;
};

class PictureTest : public testing::Test {
 protected:
  PictureTest() { std::filesystem::create_directories(folder_); }
  ~PictureTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path path(const std::string& name) const { return folder_ / name; }

  static std::string message_of(const std::function<void()>& call) {
    try {
      call();
    } catch (const bask::Error& error) {
      return error.what();
    }
    return "no error";
  }

 private:
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() /
                                  ("bask-picture-" + std::to_string(::getpid()) + "-" +
                                   testing::UnitTest::GetInstance()->current_test_info()->name());
};
