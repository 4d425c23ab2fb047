using System.Xml.Linq;
using NanoLibp2p.NanoSurface.Generator;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>What <c>dotnet new nanolibp2p-sensor</c> makes is not generated with the heads, so it is compared with them.</summary>
public sealed class TemplateTests
{
    private const string App = "boards/esp32/app/NanoLibp2p.Esp32.App.csproj";

    private static readonly XNamespace _xml = "http://schemas.microsoft.com/developer/msbuild/2003";

    private static readonly string _folder =
        Path.Combine(DeviceAssemblies.Root, "tools", "NanoLibp2p.Templates", "content", "nanolibp2p-sensor");

    private static readonly XDocument _made = XDocument.Load(Path.Combine(_folder, "esp32", "NanoSensor1.Esp32.nfproj"));

    private static readonly XDocument _head = XDocument.Load(Path.Combine(DeviceAssemblies.Root, HeadSet.HeadOf(App)));

    private static string Version => HeadSet.Version(DeviceAssemblies.Root);

    [Fact]
    public void Its_ESP32_project_names_the_packages_of_what_the_app_of_the_ESP32_references()
    {
        IEnumerable<string> ours = _head.Descendants(_xml + "ProjectReference")
            .Select(item => item.Attribute("Include")!.Value.Split('\\')[^1].Replace(".nfproj", ""))
            .Select(name => $@"packages\{name}.nanoFramework.{Version}\lib\{name}.dll");
        IEnumerable<string> theirs = _head.Descendants(_xml + "HintPath").Select(hint => hint.Value.Replace(@"..\..\..\", ""));
        Assert.Equal(ours.Concat(theirs), _made.Descendants(_xml + "HintPath").Select(hint => hint.Value));
    }

    [Fact]
    public void Its_packages_config_has_the_versions_of_its_references()
    {
        IOrderedEnumerable<string> packages = XDocument.Load(Path.Combine(_folder, "esp32", "packages.config")).Descendants("package")
            .Select(package => $"{package.Attribute("id")!.Value}.{package.Attribute("version")!.Value}").Order(StringComparer.Ordinal);
        Assert.Equal(packages,
            _made.Descendants(_xml + "HintPath").Select(hint => hint.Value.Split('\\')[^3]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Its_ESP32_project_lists_the_files_that_are_there()
    {
        Assert.Equal(["Program.cs", @"..\sensor\OwnSensor.cs"],
            _made.Descendants(_xml + "Compile").Select(item => item.Attribute("Include")!.Value));
        Assert.Equal(["Program.cs"], Directory.GetFiles(Path.Combine(_folder, "esp32"), "*.cs").Select(Path.GetFileName));
        Assert.Equal(["OwnSensor.cs"], Directory.GetFiles(Path.Combine(_folder, "sensor")).Select(Path.GetFileName));
    }

    [Fact]
    public void Its_virtual_board_takes_the_package_of_this_version()
    {
        XElement reference = XDocument.Load(Path.Combine(_folder, "virtual", "NanoSensor1.Virtual.csproj")).Descendants("PackageReference")
            .Single();
        Assert.Equal("NanoLibp2p.Boards.Virtual", reference.Attribute("Include")!.Value);
        Assert.Equal(Version, reference.Attribute("Version")!.Value);
    }
}
