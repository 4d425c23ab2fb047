using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using NanoLibp2p.DeviceModel;

namespace NanoLibp2p.Footprint.Metering;

/// <summary>
/// Rewrites a compiled assembly so that it counts itself: every block adds one to its own counter, every method tells its
/// frame, every array its size. What a block is worth is worked out here once, so counts cost little at run time.
/// </summary>
internal static class Rewriter
{
    /// <summary>The class added to a rewritten assembly, with the fields <c>Hits</c> and <c>Stack</c>.</summary>
    public const string InjectedType = "NanoLibp2p.Footprint.Injected";

    private static readonly AssemblyNameReference _platform =
        new("netstandard", new Version(2, 1, 0, 0)) { PublicKeyToken = [0xcc, 0x7b, 0x13, 0xff, 0xcd, 0x2d, 0xdd, 0x51] };

    /// <param name="image">The compiled assembly.</param>
    /// <param name="resolver">Finds the other metered assemblies; any other name is the platform.</param>
    /// <param name="version">The version it shall have, so that what was compiled against another build binds to it.</param>
    public static MeteredModule Rewrite(byte[] image, IAssemblyResolver resolver, Version version)
    {
        using ModuleDefinition module =
            ModuleDefinition.ReadModule(new MemoryStream(image), new ReaderParameters { AssemblyResolver = resolver });
        module.Assembly.Name.Version = version;
        RetargetDeviceReferences(module, resolver);

        TypeDefinition injected = new("NanoLibp2p.Footprint", "Injected",
            TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed | TypeAttributes.BeforeFieldInit,
            module.TypeSystem.Object);
        Injection parts = new(module, injected);
        List<Block> blocks = new();
        foreach (MethodDefinition method in module.GetTypes().ToArray().SelectMany(type => type.Methods).Where(method => method.HasBody))
        {
            new MethodRewriter(method, parts, blocks).Rewrite();
        }
        module.Types.Add(injected);

        MemoryStream output = new();
        module.Write(output);
        return new MeteredModule(module.Assembly.Name.Name, [.. blocks], output.ToArray());
    }

    // a device build refers to nanoFramework's assemblies: on this machine the same names live behind netstandard
    private static void RetargetDeviceReferences(ModuleDefinition module, IAssemblyResolver resolver)
    {
        bool isDevice = module.AssemblyReferences.Any(reference => reference.Name == "mscorlib");
        foreach (AssemblyNameReference reference
            in module.AssemblyReferences.Where(reference => isDevice && resolver.Resolve(reference) == null))
        {
            reference.Name = _platform.Name;
            reference.Version = _platform.Version;
            reference.PublicKeyToken = _platform.PublicKeyToken;
        }
    }

    /// <summary>References to what rewritten code uses.</summary>
    private sealed class Injection
    {
        public Injection(ModuleDefinition module, TypeDefinition injected)
        {
            Hits = new FieldDefinition("Hits", FieldAttributes.Public | FieldAttributes.Static, new ArrayType(module.TypeSystem.Int64));
            TypeReference stack = module.ImportReference(typeof(CallStack));
            Stack = new FieldDefinition("Stack", FieldAttributes.Public | FieldAttributes.Static, stack);
            injected.Fields.Add(Hits);
            injected.Fields.Add(Stack);
            Enter = module.ImportReference(typeof(CallStack).GetMethod(nameof(CallStack.Enter)));
            Leave = module.ImportReference(typeof(CallStack).GetMethod(nameof(CallStack.Leave)));
            Restore = module.ImportReference(typeof(CallStack).GetMethod(nameof(CallStack.Restore)));
            Array = module.ImportReference(typeof(CallStack).GetMethod(nameof(CallStack.Array)));
        }

        public FieldDefinition Hits { get; }

        public FieldDefinition Stack { get; }

        public MethodReference Enter { get; }

        public MethodReference Leave { get; }

        public MethodReference Restore { get; }

        public MethodReference Array { get; }
    }

    private sealed class MethodRewriter(MethodDefinition method, Injection parts, List<Block> blocks)
    {
        private readonly MethodBody _body = method.Body;
        private readonly List<Instruction> _output = [];
        private readonly Dictionary<Instruction, Instruction> _moved = [];

        public void Rewrite()
        {
            StackModel model = new(method);
            Instruction[] original = _body.Instructions.ToArray();
            HashSet<Instruction> leaders = Leaders(original);
            int frame = NanoHeap.FrameBytes(_body.Variables.Count, model.Depth);
            VariableDefinition[] locals = _body.Variables.ToArray();
            bool loops = original.SelectMany(StackModel.Targets).Contains(original[0]);
            HashSet<Instruction> caught = _body.ExceptionHandlers.Where(handler => handler.HandlerType != ExceptionHandlerType.Filter)
                .Select(handler => handler.HandlerStart).ToHashSet();

            _body.SimplifyMacros();
            VariableDefinition? entered = null;
            if (_body.HasExceptionHandlers)
            {
                entered = new VariableDefinition(method.Module.TypeSystem.Int64);
                _body.Variables.Add(entered);
            }

            for (int i = 0; i < original.Length; i++)
            {
                Instruction instruction = original[i];
                if (i == 0)
                {
                    Emit(OpCodes.Ldsfld, parts.Stack);
                    _output.Add(Instruction.Create(OpCodes.Ldc_I4, frame));
                    Emit(OpCodes.Callvirt, parts.Enter);
                    _output.Add(entered == null ? Instruction.Create(OpCodes.Pop) : Instruction.Create(OpCodes.Stloc, entered));
                    if (loops)
                    {
                        Count(blocks.Count);
                        blocks.Add(Describe([], 0, leaders, model, locals, isEntry: true));
                    }
                }
                // a branch back to the first instruction doesn't enter the method again
                int first = _output.Count;
                if (caught.Contains(instruction))
                {
                    Emit(OpCodes.Ldsfld, parts.Stack);
                    _output.Add(Instruction.Create(OpCodes.Ldloc, entered));
                    Emit(OpCodes.Callvirt, parts.Restore);
                }
                if (leaders.Contains(instruction))
                {
                    Count(blocks.Count);
                    blocks.Add(Describe(original, i, leaders, model, locals, isEntry: i == 0 && !loops));
                }
                if (instruction.OpCode.Code == Code.Ret)
                {
                    Emit(OpCodes.Ldsfld, parts.Stack);
                    _output.Add(Instruction.Create(OpCodes.Ldc_I4, frame));
                    Emit(OpCodes.Callvirt, parts.Leave);
                }
                if (instruction.OpCode.Code == Code.Newarr)
                {
                    TypeReference element = (TypeReference)instruction.Operand;
                    _output.Add(Instruction.Create(OpCodes.Conv_I4));
                    Emit(OpCodes.Ldsfld, parts.Stack);
                    _output.Add(Instruction.Create(OpCodes.Ldc_I4, NanoHeap.ElementBytes(element)));
                    _output.Add(Instruction.Create(OpCodes.Ldc_I4, NanoHeap.BoxBytes(element)));
                    Emit(OpCodes.Call, parts.Array);
                }
                _output.Add(instruction);
                _moved[instruction] = _output[first];
            }
            Replace();
        }

        private void Emit(OpCode opcode, FieldReference field) => _output.Add(Instruction.Create(opcode, field));

        private void Emit(OpCode opcode, MethodReference called) => _output.Add(Instruction.Create(opcode, called));

        private void Count(int block)
        {
            Emit(OpCodes.Ldsfld, parts.Hits);
            _output.Add(Instruction.Create(OpCodes.Ldc_I4, block));
            _output.Add(Instruction.Create(OpCodes.Ldelema, method.Module.TypeSystem.Int64));
            _output.Add(Instruction.Create(OpCodes.Dup));
            _output.Add(Instruction.Create(OpCodes.Ldind_I8));
            _output.Add(Instruction.Create(OpCodes.Ldc_I4_1));
            _output.Add(Instruction.Create(OpCodes.Conv_I8));
            _output.Add(Instruction.Create(OpCodes.Add));
            _output.Add(Instruction.Create(OpCodes.Stind_I8));
        }

        // a block also ends after a call, so that an exception out of it leaves only what was really run counted
        private HashSet<Instruction> Leaders(Instruction[] original)
        {
            HashSet<Instruction> leaders = new() { original[0] };
            foreach (ExceptionHandler handler in _body.ExceptionHandlers)
            {
                leaders.Add(handler.HandlerStart);
                if (handler.FilterStart != null)
                {
                    leaders.Add(handler.FilterStart);
                }
            }
            for (int i = 0; i < original.Length; i++)
            {
                leaders.UnionWith(StackModel.Targets(original[i]));
                bool ends = original[i].OpCode.FlowControl is not (FlowControl.Next or FlowControl.Meta or FlowControl.Break);
                if (ends && i + 1 < original.Length)
                {
                    leaders.Add(original[i + 1]);
                }
            }
            return leaders;
        }

        private Block Describe(
            Instruction[] original, int start, HashSet<Instruction> leaders, StackModel model, VariableDefinition[] locals, bool isEntry)
        {
            int instructions = 0, calls = 0, bytes = 0, allocations = 0;
            long cost = 0;
            List<string>? platformCalls = null;
            if (isEntry)
            {
                cost += CostTable.Entry(locals.Length);
                foreach (int box in locals.Select(local => NanoHeap.BoxBytes(local.VariableType)).Where(box => box > 0))
                {
                    bytes += box;
                    allocations++;
                }
            }
            for (int i = start; i < original.Length && (i == start || !leaders.Contains(original[i])); i++)
            {
                Instruction instruction = original[i];
                instructions++;
                cost += CostTable.Of(instruction, model.Operand(instruction));
                switch (instruction.OpCode.Code)
                {
                    case Code.Newobj:
                        calls++;
                        Allocate(((MethodReference)instruction.Operand).DeclaringType);
                        AddPlatform((MethodReference)instruction.Operand);
                        break;
                    case Code.Call or Code.Callvirt:
                        calls++;
                        AddPlatform((MethodReference)instruction.Operand);
                        break;
                    case Code.Box:
                        Allocate((TypeReference)instruction.Operand);
                        break;
                    case Code.Ldstr:
                        bytes += NanoHeap.BlockBytes;
                        allocations++;
                        break;
                }
            }
            return new Block(Name(), instructions, cost, calls, bytes, allocations, platformCalls, isEntry);

            void Allocate(TypeReference type)
            {
                bytes += NanoHeap.ObjectBytes(type);
                allocations++;
            }

            void AddPlatform(MethodReference called)
            {
                if (CostTable.IsPlatform(called, out _))
                {
                    (platformCalls ??= []).Add(called.DeclaringType.Name + "." + called.Name);
                }
            }
        }

        private string Name() => method.DeclaringType.FullName + "." + method.Name;

        private void Replace()
        {
            _body.Instructions.Clear();
            foreach (Instruction instruction in _output)
            {
                instruction.Operand = instruction.Operand switch
                {
                    Instruction one => _moved[one],
                    Instruction[] many => Array.ConvertAll(many, target => _moved[target]),
                    var other => other,
                };
                _body.Instructions.Add(instruction);
            }
            foreach (ExceptionHandler handler in _body.ExceptionHandlers)
            {
                handler.TryStart = Moved(handler.TryStart);
                handler.TryEnd = Moved(handler.TryEnd);
                handler.HandlerStart = Moved(handler.HandlerStart);
                handler.HandlerEnd = Moved(handler.HandlerEnd);
                handler.FilterStart = Moved(handler.FilterStart);
            }
            _body.OptimizeMacros();
        }

        private Instruction? Moved(Instruction? instruction) => instruction == null ? null : _moved[instruction];
    }
}
