#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>

#include "profiling/profile.h"

namespace profiling {
namespace {

constexpr double kWidth = 1200;
constexpr int kRowHeight = 17;
constexpr int kHeaderHeight = 46;
constexpr int kFooterHeight = 10;
constexpr double kCharacterWidth = 6.6;
/// Boxes with less of the whole are left out: they would be narrower than a pixel.
constexpr double kLeastShare = 0.0005;

/// The name under which a process is shown.
std::string shown_name(const Profile& profile) {
  return profile.name.empty() ? fmt::format("[pid {}]", profile.pid) : profile.name;
}

/// A function below a chain of callers.
struct Box {
  uint64_t samples = 0;  // With those of the functions that it calls.
  std::map<std::string, std::unique_ptr<Box>, std::less<>> called;

  Box& call(std::string_view function) {
    auto found = called.find(function);
    if (found == called.end())
      found = called.emplace(std::string(function), std::make_unique<Box>()).first;
    return *found->second;
  }
};

void append_xml(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
}

/// A warm colour that the name alone decides, so that two graphs of a program compare; the kernel's
/// and what could not be followed are cool.
std::string colour_of(std::string_view name) {
  uint32_t hash = 2166136261;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  if (name.starts_with('[')) return fmt::format("hsl({},25%,72%)", 200 + hash % 30);
  return fmt::format("hsl({},{}%,{}%)", 10 + hash % 45, 70 + (hash >> 8) % 20,
                     60 + (hash >> 16) % 14);
}

constexpr std::string_view kStyle =
    "text{font:12px ui-monospace,Menlo,Consolas,monospace;pointer-events:none}"
    "text.title{font-size:16px;text-anchor:middle}g.box{cursor:pointer}"
    "g.box:hover rect{stroke:#000}rect{stroke:#fff;stroke-width:.6}";

/// Enlarges the box that is clicked: `data-x` and `data-w` are its place as shares of the whole.
constexpr std::string_view kScript = R"(
const boxes = [...document.querySelectorAll('g.box')];
const width = 1200, character = 6.6;
function show(from, share) {
  for (const box of boxes) {
    const x = +box.dataset.x, w = +box.dataset.w;
    const left = Math.max(0, (x - from) / share), right = Math.min(1, (x + w - from) / share);
    const size = (right - left) * width;
    box.style.display = size < 0.3 ? 'none' : '';
    const rect = box.querySelector('rect'), text = box.querySelector('text');
    rect.setAttribute('x', left * width);
    rect.setAttribute('width', Math.max(0, size));
    text.setAttribute('x', left * width + 3);
    const name = box.dataset.name, room = Math.floor((size - 6) / character);
    text.textContent = room < 3 ? '' : name.length <= room ? name : name.slice(0, room - 2) + '..';
  }
}
for (const box of boxes)
  box.addEventListener('click', () => show(+box.dataset.x, +box.dataset.w));
)";

class SvgWriter {
 public:
  explicit SvgWriter(uint64_t samples) : samples_(samples) {}

  void write(const Box& box, std::string_view name, double x, size_t depth) {
    const double share = share_of(box);
    if (share < kLeastShare) return;
    depth_max_ = std::max(depth_max_, depth);
    append_box(box, name, x, share, depth);
    for (const auto& [function, called] : box.called) {
      write(*called, function, x, depth + 1);
      x += share_of(*called);
    }
  }

  std::string finish(std::string_view title) {
    const int height =
        kHeaderHeight + kFooterHeight + static_cast<int>(depth_max_ + 1) * kRowHeight;
    std::string svg = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1}\" width=\"{0:.0f}\" "
        "height=\"{1}\">\n<style>{2}</style>\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#fdfdfa\"/>\n"
        "<text class=\"title\" x=\"{3:.0f}\" y=\"24\">",
        kWidth, height, kStyle, kWidth / 2);
    append_xml(svg, title);
    // The outermost functions are at the bottom: rows are counted from there.
    svg += fmt::format("</text>\n<g transform=\"translate(0,{})\">\n", height - kFooterHeight);
    svg += boxes_;
    svg += "</g>\n<script><![CDATA[";
    svg += kScript;
    svg += "]]></script>\n</svg>\n";
    return svg;
  }

 private:
  double share_of(const Box& box) const {
    return static_cast<double>(box.samples) / static_cast<double>(samples_);
  }

  void append_box(const Box& box, std::string_view name, double x, double share, size_t depth) {
    const double width = share * kWidth;
    const int y = -static_cast<int>(depth + 1) * kRowHeight;
    boxes_ +=
        fmt::format("<g class=\"box\" data-x=\"{:.6f}\" data-w=\"{:.6f}\" data-name=\"", x, share);
    append_xml(boxes_, name);
    boxes_ += "\"><title>";
    append_xml(boxes_, name);
    boxes_ +=
        fmt::format(": {} of {} samples, {:.2f} %</title>", box.samples, samples_, share * 100);
    boxes_ +=
        fmt::format("<rect x=\"{:.2f}\" y=\"{}\" width=\"{:.2f}\" height=\"{}\" fill=\"{}\"/>",
                    x * kWidth, y, width, kRowHeight, colour_of(name));
    boxes_ += fmt::format("<text x=\"{:.2f}\" y=\"{}\">", x * kWidth + 3, y + 12);
    const double room = (width - 6) / kCharacterWidth;
    if (room >= 3) {
      const auto characters = static_cast<size_t>(room);
      const bool fits = name.size() <= characters;
      append_xml(boxes_, fits ? name : cut_text(name, characters - 2));
      if (!fits) boxes_ += "..";
    }
    boxes_ += "</text></g>\n";
  }

  /// Not within a character of UTF-8.
  static std::string_view cut_text(std::string_view text, size_t size) {
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    return text.substr(0, size);
  }

  uint64_t samples_;
  size_t depth_max_ = 0;
  std::string boxes_;
};

}  // namespace

std::string as_folded(const std::vector<Profile>& profiles) {
  std::map<std::string, uint64_t> lines;
  for (const Profile& profile : profiles)
    for (const CountedStack& stack : profile.stacks) {
      std::string line = shown_name(profile);
      for (auto at = stack.locations.rbegin(); at != stack.locations.rend(); ++at)
        line.append(";").append(profile.locations[*at].function);
      lines[std::move(line)] += stack.samples;
    }
  std::string text;
  for (const auto& [line, samples] : lines) text += fmt::format("{} {}\n", line, samples);
  return text;
}

std::string as_svg(const std::vector<Profile>& profiles, const std::string& title) {
  Box all;
  for (const Profile& profile : profiles)
    for (const CountedStack& stack : profile.stacks) {
      all.samples += stack.samples;
      Box* box = &all.call(shown_name(profile));
      box->samples += stack.samples;
      for (auto at = stack.locations.rbegin(); at != stack.locations.rend(); ++at) {
        box = &box->call(profile.locations[*at].function);
        box->samples += stack.samples;
      }
    }
  SvgWriter writer(std::max<uint64_t>(all.samples, 1));
  writer.write(all, "all", 0, 0);
  return writer.finish(title);
}

}  // namespace profiling
