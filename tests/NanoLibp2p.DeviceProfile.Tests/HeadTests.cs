using System.Xml.Linq;
using Mono.Cecil;
using NanoLibp2p.NanoSurface.Generator;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>The projects for nanoFramework's own tools can't be built here, so everything that can be read in them is compared.</summary>
public sealed class HeadTests
{
    private const string Command = "run 'dotnet run --project tools/NanoLibp2p.NanoSurface/Generator -- heads'";

    private static readonly string[] _imported = ["Directory.Build.props", "Directory.Shared.props"];

    private static readonly XNamespace _xml = "http://schemas.microsoft.com/developer/msbuild/2003";

    public static TheoryData<string> Projects => [.. HeadSet.FindProjects(DeviceAssemblies.Root)];

    [Fact]
    public void The_committed_heads_are_what_projects_files_and_versions_generate()
    {
        IReadOnlyList<string> stale = Repository.FindStale(DeviceAssemblies.Root, HeadSet.Generate(DeviceAssemblies.Root));
        Assert.True(stale.Count == 0, $"not up to date: {string.Join(", ", stale)}; {Command}");
    }

    [Theory]
    [InlineData("hal/NanoLibp2p.Hal.Desktop/NanoLibp2p.Hal.Desktop.csproj")]
    [InlineData("protocols/NanoLibp2p.Crypto.Desktop/NanoLibp2p.Crypto.Desktop.csproj")]
    [InlineData("boards/virtual/NanoLibp2p.Boards.Virtual.csproj")]
    public void A_project_for_the_desktop_alone_has_no_head_though_it_stands_beside_those_that_have(string project)
    {
        Assert.True(File.Exists(Path.Combine(DeviceAssemblies.Root, project)));
        Assert.DoesNotContain(project, HeadSet.FindProjects(DeviceAssemblies.Root));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_head_lists_exactly_the_source_files_beside_it(string project)
    {
        XDocument head = Load(project);
        IOrderedEnumerable<string> listed = head.Descendants(_xml + "Compile").Where(item => item.Attribute("Link") is null)
            .Select(item => item.Attribute("Include")!.Value).Order(StringComparer.Ordinal);
        string folder = Path.GetDirectoryName(Path.Combine(DeviceAssemblies.Root, project))!;
        IOrderedEnumerable<string> present = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path).Replace('/', '\\'))
            .Where(path => path.Split('\\')[0] is not ("bin" or "obj"))
            .Order(StringComparer.Ordinal);
        Assert.True(present.SequenceEqual(listed), $"{project}: the Compile list of the .nfproj isn't the files on disk; {Command}");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_head_compiles_the_files_of_other_folders_that_its_project_does(string project)
    {
        string folder = Path.GetDirectoryName(Path.Combine(DeviceAssemblies.Root, project))!;
        IEnumerable<string> expected = XDocument.Load(Path.Combine(DeviceAssemblies.Root, project)).Descendants("Compile")
            .Select(item => Path.GetFullPath(Path.Combine(folder, item.Attribute("Include")!.Value)));
        string[] linked = Load(project).Descendants(_xml + "Compile").Where(item => item.Attribute("Link") is not null)
            .Select(item => Path.GetFullPath(Path.Combine(folder, item.Attribute("Include")!.Value.Replace('\\', '/'))))
            .ToArray();
        Assert.Equal(expected.Append(Path.Combine(DeviceAssemblies.Root, HeadSet.VersionFile)), linked);
        Assert.All(linked, path => Assert.True(File.Exists(path), path));
    }

    [Fact]
    public void The_tests_of_a_device_are_a_project_of_the_kind_that_nanoFrameworks_adapter_finds()
    {
        const string Project = "tests/NanoLibp2p.NFUnitTest/NanoLibp2p.NFUnitTest.csproj";
        XDocument head = Load(Project);

        // as in the projects of CoreLibrary, IoT.Device and Samples; the launcher loads an assembly of this name
        Assert.Equal("NFUnitTest", Value(head, "AssemblyName"));
        Assert.Equal("NFUnitTest.dll", Path.GetFileName(DeviceAssemblies.Output(Project)));
        Assert.Equal("Library", Value(head, "OutputType"));
        Assert.Equal("true", Value(head, "IsTestProject"));
        Assert.Equal("UnitTest", Value(head, "TestProjectType"));
        Assert.Equal("False", Value(head, "IsCodedUITest"));
        Assert.Equal("TestContainer", head.Descendants(_xml + "ProjectCapability").Single().Attribute("Include")!.Value);
        Assert.EndsWith(@"\nanoFramework.UnitTestLauncher.exe", head.Descendants(_xml + "HintPath").Last().Value, StringComparison.Ordinal);

        string folder = Path.Combine(DeviceAssemblies.Root, Path.GetDirectoryName(Project)!);
        XDocument settings = XDocument.Load(Path.Combine(folder, Value(head, "RunSettingsFilePath").Split('\\')[^1]));
        Assert.Equal("net48", settings.Descendants("TargetFrameworkVersion").Single().Value);
        Assert.Equal("False", settings.Descendants("IsRealHardware").Single().Value);
        Assert.Contains(head.Descendants(_xml + "None"), item => item.Attribute("Include")!.Value == "nano.runsettings");
        XElement framework = XDocument.Load(Path.Combine(folder, "packages.config")).Descendants("package")
            .Single(package => package.Attribute("id")!.Value == "nanoFramework.TestFramework");
        Assert.Equal("true", framework.Attribute("developmentDependency")!.Value);
        Assert.DoesNotContain(Project, HeadSet.FindPackages(DeviceAssemblies.Root).Select(path => Path.ChangeExtension(path, ".csproj")));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_hint_paths_and_packages_config_name_the_same_versions(string project)
    {
        IOrderedEnumerable<string> packages =
            XDocument.Load(Path.Combine(DeviceAssemblies.Root, Path.GetDirectoryName(project)!, "packages.config"))
            .Descendants("package")
            .Select(package => $"{package.Attribute("id")!.Value}.{package.Attribute("version")!.Value}")
            .Order(StringComparer.Ordinal);
        IOrderedEnumerable<string> hints = Load(project).Descendants(_xml + "HintPath").Select(hint => hint.Value.Split('\\')[^3])
            .Order(StringComparer.Ordinal);
        Assert.Equal(packages, hints.Distinct());

        PackageTable table = PackageTable.Read(DeviceAssemblies.Root);
        foreach (XElement reference in Load(project).Descendants(_xml + "Reference"))
        {
            string[] words = reference.Attribute("Include")!.Value.Split(", ");
            Package package = table.ByAssembly(words[0]);
            Assert.Equal($"Version={package.AssemblyVersion}", words[1]);
            Assert.EndsWith($@"\packages\{package.Id}.{package.Version}\lib\{package.Assembly}{package.Extension}",
                reference.Element(_xml + "HintPath")!.Value, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_head_references_every_assembly_that_the_compiled_one_names(string project)
    {
        XDocument head = Load(project);
        HashSet<string> offered = head.Descendants(_xml + "Reference").Select(item => item.Attribute("Include")!.Value.Split(',')[0])
            .Concat(head.Descendants(_xml + "ProjectReference")
                .Select(item => item.Attribute("Include")!.Value.Split('\\')[^1].Replace(".nfproj", "")))
            .ToHashSet();
        using ModuleDefinition module = Mono.Cecil.ModuleDefinition.ReadModule(DeviceAssemblies.Output(project));
        Assert.All(module.AssemblyReferences, reference => Assert.Contains(reference.Name, offered));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_head_gives_its_assembly_the_version_of_all_packages(string project)
    {
        XElement link = Load(project).Descendants(_xml + "Compile")
            .Single(item => item.Attribute("Link")?.Value == Path.GetFileName(HeadSet.VersionFile));
        string path =
            Path.Combine(DeviceAssemblies.Root, Path.GetDirectoryName(project)!, link.Attribute("Include")!.Value.Replace('\\', '/'));
        Assert.Contains($"AssemblyInformationalVersion(\"{HeadSet.Version(DeviceAssemblies.Root)}\")", File.ReadAllText(path),
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_set_for_dotnet_build_does_not_reach_a_head()
    {
        IEnumerable<string> reaching =
            _imported.SelectMany(name => XDocument.Load(Path.Combine(DeviceAssemblies.Root, name)).Descendants("PropertyGroup"))
            .Where(group => group.Attribute("Condition")?.Value.Contains("!= '.nfproj'", StringComparison.Ordinal) != true)
            .SelectMany(group => group.Elements())
            .Select(element => element.Name.LocalName);
        Assert.Equal(["BaseIntermediateOutputPath", "Version"], reaching);
    }

    [Fact]
    public void Every_package_states_its_source_and_the_facts_that_describe_it()
    {
        Dictionary<string, ApiAssembly> facts = SurfaceSet.ReadFacts(DeviceAssemblies.Root).ToDictionary(assembly => assembly.AssemblyName);
        IReadOnlyList<Package> packages = PackageTable.Read(DeviceAssemblies.Root).Packages;
        Assert.Equal(facts.Keys.Order(), packages.Select(package => package.Assembly).Order());
        Assert.All(packages, package =>
        {
            Assert.NotEmpty(package.Source);
            Assert.Equal(package.Id, facts[package.Assembly].Package);
            Assert.Equal(package.Surface, facts[package.Assembly].PackageVersion);
            if (package.Surface == package.Version)
            {
                Assert.Equal(package.AssemblyVersion, facts[package.Assembly].AssemblyVersion);
            }
        });
    }

    private static string Value(XDocument head, string property) => head.Descendants(_xml + property).Single().Value;

    private static XDocument Load(string project) => XDocument.Load(Path.Combine(DeviceAssemblies.Root, HeadSet.HeadOf(project)));
}
