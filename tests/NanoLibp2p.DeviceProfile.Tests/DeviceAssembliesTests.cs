using Mono.Cecil;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>The shared assemblies and the boards' programs themselves, as the build made them for the device.</summary>
public sealed class DeviceAssembliesTests(ITestOutputHelper output)
{
    [Fact]
    public void All_assemblies_for_a_device_pass()
    {
        Assert.NotEmpty(DeviceAssemblies.Device);
        IReadOnlyList<Violation> violations = Profile.CheckFiles(DeviceAssemblies.Device);
        Assert.True(violations.Count == 0, $"{violations.Count} violations of the device profile:\n{string.Join('\n', violations)}");
    }

    [Fact]
    public void Every_assembly_leaves_room_in_the_tables_of_a_flash_image()
    {
        foreach (string path in DeviceAssemblies.Device)
        {
            using ModuleDefinition module = ModuleDefinition.ReadModule(path);
            AssemblySize size = AssemblySize.Measure(module);
            output.WriteLine($"{size.Assembly}: {size.ByteCode} B byte code, {size.Strings} B strings, {size.SignaturesAndData} B "
                + $"signatures and data of {AssemblySize.TableLimit}");
            Assert.InRange(size.ByteCode, 0, AssemblySize.TableLimit);
            Assert.InRange(size.Strings, 0, AssemblySize.TableLimit);
            Assert.InRange(size.SignaturesAndData, 0, AssemblySize.TableLimit - 1);
        }
    }
}
