using Mono.Cecil;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>The shared assemblies themselves, as the build made them for the device.</summary>
public sealed class SharedAssembliesTests(ITestOutputHelper output)
{
    [Fact]
    public void All_shared_assemblies_run_on_a_device()
    {
        Assert.NotEmpty(DeviceAssemblies.Shared);
        var violations = Profile.CheckFiles(DeviceAssemblies.Shared);
        Assert.True(violations.Count == 0, $"{violations.Count} violations of the device profile:\n{string.Join('\n', violations)}");
    }

    [Fact]
    public void Every_shared_assembly_leaves_room_in_the_tables_of_a_flash_image()
    {
        foreach (var path in DeviceAssemblies.Shared)
        {
            using var module = ModuleDefinition.ReadModule(path);
            var size = AssemblySize.Measure(module);
            output.WriteLine($"{size.Assembly}: {size.ByteCode} B byte code, {size.Strings} B strings, {size.SignaturesAndData} B signatures and data of {AssemblySize.TableLimit}");
            Assert.InRange(size.ByteCode, 0, AssemblySize.TableLimit);
            Assert.InRange(size.Strings, 0, AssemblySize.TableLimit);
            Assert.InRange(size.SignaturesAndData, 0, AssemblySize.TableLimit - 1);
        }
    }
}
