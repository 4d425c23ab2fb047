using Mono.Cecil;
using Mono.Cecil.Cil;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.DeviceProfile.Rules;

namespace NanoLibp2p.DeviceProfile.Signs;

/// <summary>
/// Follows the tags through one method, block by block, until nothing changes. The rules are those of nf-interpreter
/// (Interpreter.cpp, CLR_RT_HeapBlock.cpp): a load gives the variable's tag, small types become int; a store into a local, argument or
/// field keeps the variable's tag; an operation keeps the tag of its left operand; conversions set the tag; arguments, returns and
/// writes through references carry the tag along.
/// </summary>
internal sealed class MethodFlow
{
    // joins at one place before exact widths are given up
    private const int Patience = 6;

    private readonly SignRules _rules;
    private readonly MethodDefinition _method;
    private readonly MethodSummary _own;
    private readonly Dictionary<Instruction, FlowState> _starts = [];
    private readonly Dictionary<Instruction, int> _visits = [];
    private readonly Queue<Instruction> _queue = [];
    private readonly HashSet<Instruction> _leaders = [];
    private readonly Dictionary<int, int> _writtenLocals = [];
    private readonly Dictionary<int, int> _writtenArguments = [];
    private Action<Instruction, string>? _report;
    private bool _again;

    public MethodFlow(SignRules rules, MethodDefinition method)
    {
        _rules = rules;
        _method = method;
        _own = rules.Of(method);
        foreach (Instruction instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case Instruction target:
                    _leaders.Add(target);
                    break;
                case Instruction[] targets:
                    _leaders.UnionWith(targets);
                    break;
            }
        }
    }

    public void Run(Action<Instruction, string>? reportTo)
    {
        do
        {
            _again = false;
            Follow();
        }
        while (_again);

        if (reportTo is null)
        {
            return;
        }

        _report = reportTo;
        foreach ((Instruction start, FlowState state) in _starts.ToArray())
        {
            Block(start, state.Copy());
        }
    }

    private void Follow()
    {
        _starts.Clear();
        _visits.Clear();
        MethodBody body = _method.Body;
        Slot[] locals = body.Variables.Select(variable => LoadLocal(variable)).ToArray();
        List<Slot> arguments = new();
        if (_method.HasThis)
        {
            arguments.Add(Slot.Other with { Type = _method.DeclaringType });
        }

        MethodSummary delegates = _rules.Delegates(_method);
        foreach (ParameterDefinition parameter in _method.Parameters)
        {
            arguments.Add(LoadArgument(parameter, delegates));
        }

        Reach(body.Instructions[0], new FlowState([], locals, [.. arguments]));
        while (_queue.TryDequeue(out Instruction? start))
        {
            Block(start, _starts[start].Copy());
        }
    }

    private Slot LoadLocal(VariableDefinition variable)
    {
        Slot slot = Slot.OfType(variable.VariableType, $"a local of type {variable.VariableType.Name}");
        return _writtenLocals.TryGetValue(variable.Index, out int width)
            ? slot with { UnsignedWidth = Math.Max(slot.UnsignedWidth, width),
                Why = "a local that was given an unsigned value through ref or out" }
            : slot;
    }

    private Slot LoadArgument(ParameterDefinition parameter, MethodSummary delegates)
    {
        TypeReference type = parameter.ParameterType;
        if (type.IsByReference)
        {
            return Slot.Other with { Type = type, Target = new Target(TargetKind.ReferenceArgument, parameter.Index) };
        }

        Slot slot = Slot.OfType(type, $"parameter {parameter.Name} of type {type.Name}");
        if (Slot.IsSignedWord(type))
        {
            (int width, string why) = _own.Argument(parameter.Index);
            (int delegateWidth, string delegateWhy) = delegates.Argument(parameter.Index);
            if (delegateWidth > width && _rules.IsDelegateTarget(_method))
            {
                (width, why) = (delegateWidth, delegateWhy);
            }

            if (width >= 0)
            {
                slot = slot with { UnsignedWidth = width, Why = $"parameter {parameter.Name}, which {why}" };
            }
        }

        return slot;
    }

    private void Reach(Instruction start, FlowState state)
    {
        if (!_starts.TryGetValue(start, out FlowState? known))
        {
            _starts.Add(start, state.Copy());
            _queue.Enqueue(start);
            return;
        }

        int count = _visits.GetValueOrDefault(start);
        if (known.Join(state, count > Patience))
        {
            _visits[start] = count + 1;
            if (!_queue.Contains(start))
            {
                _queue.Enqueue(start);
            }
        }
    }

    private void Block(Instruction start, FlowState state)
    {
        ReachHandlers(start, state);
        for (Instruction instruction = start; ;)
        {
            Step(instruction, state);
            if (instruction.OpCode.Code is >= Code.Stloc_0 and <= Code.Stloc_3 or Code.Stloc or Code.Stloc_S or Code.Starg or Code.Starg_S)
            {
                ReachHandlers(instruction, state);
            }

            switch (instruction.Operand)
            {
                case Instruction target when instruction.OpCode.Code is Code.Leave or Code.Leave_S:
                    state.ClearStack();
                    Reach(target, state);
                    return;
                case Instruction target:
                    Reach(target, state);
                    break;
                case Instruction[] targets:
                    Array.ForEach(targets, target => Reach(target, state));
                    break;
            }

            if (instruction.OpCode.Code is Code.Endfinally)
            {
                ReachBehindFinally(instruction, state);
            }

            if (instruction.OpCode.FlowControl is FlowControl.Branch or FlowControl.Return or FlowControl.Throw || instruction.Next is null)
            {
                return;
            }

            if (instruction.OpCode.FlowControl == FlowControl.Cond_Branch || _leaders.Contains(instruction.Next))
            {
                Reach(instruction.Next, state);
                return;
            }

            instruction = instruction.Next;
        }
    }

    private void ReachHandlers(Instruction instruction, FlowState state)
    {
        foreach (ExceptionHandler handler in _method.Body.ExceptionHandlers)
        {
            if (instruction.Offset < handler.TryStart.Offset || instruction.Offset >= handler.TryEnd.Offset)
            {
                continue;
            }

            bool caught = handler.HandlerType is ExceptionHandlerType.Catch or ExceptionHandlerType.Filter;
            FlowState entry = caught ? state.WithStack(Slot.Other) : state.WithStack();
            Reach(handler.HandlerStart, entry);
            if (handler.FilterStart is { } filter)
            {
                Reach(filter, entry);
            }
        }
    }

    private void ReachBehindFinally(Instruction end, FlowState state)
    {
        foreach (ExceptionHandler handler in _method.Body.ExceptionHandlers)
        {
            bool inside = handler.HandlerType == ExceptionHandlerType.Finally
                && end.Offset >= handler.HandlerStart.Offset
                && (handler.HandlerEnd is null || end.Offset < handler.HandlerEnd.Offset);
            if (!inside)
            {
                continue;
            }

            for (Instruction instruction = handler.TryStart; instruction != handler.TryEnd; instruction = instruction.Next)
            {
                if (instruction.OpCode.Code is Code.Leave or Code.Leave_S)
                {
                    Reach((Instruction)instruction.Operand, state.WithStack());
                }
            }
        }
    }

    private void Step(Instruction instruction, FlowState state)
    {
        Code code = instruction.OpCode.Code;
        switch (code)
        {
            case >= Code.Ldarg_0 and <= Code.Ldarg_3:
                state.Push(state.Arguments[code - Code.Ldarg_0]);
                break;
            case Code.Ldarg or Code.Ldarg_S:
                state.Push(state.Arguments[ArgumentIndex((ParameterDefinition)instruction.Operand)]);
                break;
            case Code.Ldarga or Code.Ldarga_S:
                PushAddress(state, TargetKind.Argument, ArgumentIndex((ParameterDefinition)instruction.Operand),
                    ((ParameterDefinition)instruction.Operand).ParameterType);
                break;
            case Code.Starg or Code.Starg_S:
                StoreArgument(state, (ParameterDefinition)instruction.Operand);
                break;
            case >= Code.Ldloc_0 and <= Code.Ldloc_3:
                state.Push(state.Locals[code - Code.Ldloc_0]);
                break;
            case Code.Ldloc or Code.Ldloc_S:
                state.Push(state.Locals[((VariableDefinition)instruction.Operand).Index]);
                break;
            case Code.Ldloca or Code.Ldloca_S:
                PushAddress(state, TargetKind.Local, ((VariableDefinition)instruction.Operand).Index,
                    ((VariableDefinition)instruction.Operand).VariableType);
                break;
            case >= Code.Stloc_0 and <= Code.Stloc_3:
                StoreLocal(state, _method.Body.Variables[code - Code.Stloc_0]);
                break;
            case Code.Stloc or Code.Stloc_S:
                StoreLocal(state, (VariableDefinition)instruction.Operand);
                break;
            case >= Code.Ldc_I4_M1 and <= Code.Ldc_I4_8:
                state.Push(Slot.OfConstant(SlotKind.Int32, code - Code.Ldc_I4_0));
                break;
            case Code.Ldc_I4_S:
                state.Push(Slot.OfConstant(SlotKind.Int32, (sbyte)instruction.Operand));
                break;
            case Code.Ldc_I4:
                state.Push(Slot.OfConstant(SlotKind.Int32, (int)instruction.Operand));
                break;
            case Code.Ldc_I8:
                state.Push(Slot.OfConstant(SlotKind.Int64, (long)instruction.Operand));
                break;
            case Code.Dup:
                Slot copied = state.Pop();
                state.Push(copied);
                state.Push(copied);
                break;
            case Code.Ldfld or Code.Ldsfld:
                if (code == Code.Ldfld)
                {
                    state.Pop();
                }

                state.Push(LoadField((FieldReference)instruction.Operand));
                break;
            case Code.Ldflda or Code.Ldsflda:
                if (code == Code.Ldflda)
                {
                    state.Pop();
                }

                FieldReference field = (FieldReference)instruction.Operand;
                state.Push(Slot.Other with { Type = field.FieldType, Target = new Target(TargetKind.Field, 0, field.FullName) });
                break;
            case Code.Ldelema:
                state.Pop();
                state.Pop();
                state.Push(Slot.Other with { Type = (TypeReference)instruction.Operand, Target = new Target(TargetKind.ArrayElement) });
                break;
            case >= Code.Ldelem_I1 and <= Code.Ldelem_Ref or Code.Ldelem_Any:
                state.Pop();
                state.Push(LoadElement(code, state.Pop(), instruction));
                break;
            case >= Code.Ldind_I1 and <= Code.Ldind_Ref or Code.Ldobj:
                state.Push(LoadIndirect(code, state, state.Pop(), instruction));
                break;
            case >= Code.Stind_Ref and <= Code.Stind_R8 or Code.Stind_I or Code.Stobj:
                Slot stored = state.Pop();
                StoreIndirect(instruction, state, state.Pop(), stored);
                break;
            case Code.Unbox_Any:
                state.Pop();
                state.Push(Slot.OfType((TypeReference)instruction.Operand, $"an unboxed {((TypeReference)instruction.Operand).Name}"));
                break;
            case Code.Ldlen:
                state.Pop();
                state.Push(Slot.Unsigned(SlotKind.Int32, 31, "the length of an array"));
                break;
            case Code.Add or Code.Sub or Code.Mul or Code.Div or Code.Div_Un or Code.Rem or Code.Rem_Un or Code.And or Code.Or or Code.Xor
                or Code.Shl or Code.Shr or Code.Shr_Un:
                Slot right = state.Pop();
                state.Push(Operate(instruction, state.Pop(), right));
                break;
            case Code.Neg or Code.Not:
                Slot operand = state.Pop();
                state.Push(
                    operand with { Width = operand.Bits, UnsignedWidth = operand.UnsignedWidth < 0 ? -1 : operand.Bits, Constant = null });
                break;
            case Code.Ceq or Code.Cgt or Code.Cgt_Un or Code.Clt or Code.Clt_Un:
                state.Pop();
                state.Pop();
                state.Push(Slot.Signed(SlotKind.Int32, 1));
                break;
            case Code.Call or Code.Callvirt or Code.Newobj:
                Call(instruction, (MethodReference)instruction.Operand, state);
                break;
            case Code.Ret:
                if (_method.ReturnType.MetadataType != MetadataType.Void && state.Pop() is { UnsignedWidth: >= 0 } returned
                    && Slot.IsSignedWord(_method.ReturnType))
                {
                    _own.Return(returned.UnsignedWidth, returned.Why);
                    if (_rules.IsDelegateTarget(_method))
                    {
                        _rules.Delegates(_method).Return(returned.UnsignedWidth, returned.Why);
                    }
                }

                break;
            case Code.Ldftn or Code.Ldvirtftn:
                if (code == Code.Ldvirtftn)
                {
                    state.Pop();
                }

                _rules.MakeDelegateTarget((MethodReference)instruction.Operand);
                state.Push(Slot.Other);
                break;
            case Code.Newarr:
                state.Pop();
                state.Push(Slot.Other with { Type = new ArrayType((TypeReference)instruction.Operand) });
                break;
            case Code.Castclass or Code.Isinst:
                state.Pop();
                state.Push(Slot.Other with { Type = (TypeReference)instruction.Operand });
                break;
            case Code.Sizeof:
                state.Push(Slot.Signed(SlotKind.Int32, 31));
                break;
            default:
                if (Conversion(instruction, state))
                {
                    break;
                }

                for (int i = StackUse.Pops(instruction.OpCode.StackBehaviourPop); i > 0; i--)
                {
                    state.Pop();
                }

                for (int i = StackUse.Pushes(instruction.OpCode.StackBehaviourPush); i > 0; i--)
                {
                    state.Push(Slot.Other);
                }

                break;
        }
    }

    private int ArgumentIndex(ParameterDefinition parameter) => parameter.Index + (_method.HasThis ? 1 : 0);

    private static void PushAddress(FlowState state, TargetKind kind, int index, TypeReference type) =>
        state.Push(Slot.Other with { Type = type, Target = new Target(kind, index) });

    private void StoreLocal(FlowState state, VariableDefinition variable) =>
        state.Locals[variable.Index] = Stored(LoadLocal(variable), state.Pop());

    private void StoreArgument(FlowState state, ParameterDefinition parameter)
    {
        int index = ArgumentIndex(parameter);
        state.Arguments[index] = Stored(state.Arguments[index], state.Pop());
    }

    /// <summary>A variable after a store: its own tag, the new value.</summary>
    private static Slot Stored(Slot variable, Slot value)
    {
        if (variable.Kind != value.Kind || variable.Kind == SlotKind.Other)
        {
            return variable.Kind == SlotKind.Other && value.Kind == SlotKind.Other ? variable with { Target = value.Target } : variable;
        }

        // a store into a small variable keeps only its own bits
        int width = variable.Type is { } type
            && Slot.Underlying(type).MetadataType is MetadataType.Boolean or MetadataType.Byte or MetadataType.Char or MetadataType.UInt16
            ? Math.Min(value.Width, Slot.OfType(variable.Type, "").Width)
            : value.Width;
        return variable with
        {
            Width = width,
            UnsignedWidth = variable.UnsignedWidth < 0 ? -1 : width,
            Constant = value.Constant,
        };
    }

    private Slot LoadField(FieldReference field)
    {
        Slot slot = Slot.OfType(field.FieldType, $"field {field.Name} of type {field.FieldType.Name}");
        return _rules.Field(field) is >= 0 and var width
            ? slot with { UnsignedWidth = Math.Max(slot.UnsignedWidth, Math.Max(width, slot.Bits)),
                Why = $"field {field.Name}, which was given an unsigned value through a reference" }
            : slot;
    }

    private static Slot LoadElement(Code code, Slot array, Instruction instruction)
    {
        TypeReference? type = instruction.Operand as TypeReference ?? (array.Type as ArrayType)?.ElementType;
        if (type is not null && code is not Code.Ldelem_Ref)
        {
            return Slot.OfType(type, $"an element of {type.Name}[]");
        }

        return code switch
        {
            Code.Ldelem_U1 => Slot.Signed(SlotKind.Int32, 8),
            Code.Ldelem_U2 => Slot.Signed(SlotKind.Int32, 16),
            Code.Ldelem_I1 or Code.Ldelem_I2 or Code.Ldelem_I4 or Code.Ldelem_I => Slot.Signed(SlotKind.Int32, 32),
            Code.Ldelem_U4 => Slot.Unsigned(SlotKind.Int32, 32, "an element of uint[]"),
            Code.Ldelem_I8 => Slot.Unsigned(SlotKind.Int64, 64, "an element of an array that may be ulong[]"),
            _ => Slot.Other with { Type = type },
        };
    }

    private Slot LoadIndirect(Code code, FlowState state, Slot address, Instruction instruction)
    {
        switch (address.Target.Kind)
        {
            case TargetKind.Local when state.Locals[address.Target.Index].Kind != SlotKind.Other:
                return state.Locals[address.Target.Index];
            case TargetKind.Argument when state.Arguments[address.Target.Index].Kind != SlotKind.Other:
                return state.Arguments[address.Target.Index];
        }

        TypeReference? type = instruction.Operand as TypeReference ?? Pointee(address);
        Slot slot = type is not null && code is not Code.Ldind_Ref
            ? Slot.OfType(type, $"a reference to {type.Name}")
            : code switch
            {
                Code.Ldind_U1 => Slot.Signed(SlotKind.Int32, 8),
                Code.Ldind_U2 => Slot.Signed(SlotKind.Int32, 16),
                Code.Ldind_I1 or Code.Ldind_I2 or Code.Ldind_I4 or Code.Ldind_I => Slot.Signed(SlotKind.Int32, 32),
                Code.Ldind_U4 => Slot.Unsigned(SlotKind.Int32, 32, "a reference to uint"),
                Code.Ldind_I8 => Slot.Unsigned(SlotKind.Int64, 64, "a reference that may be to ulong"),
                _ => Slot.Other,
            };
        if (address.Target.Kind == TargetKind.ReferenceArgument && slot.Bits > 0)
        {
            slot = slot with { UnsignedWidth = Math.Max(slot.UnsignedWidth, _own.Reference(address.Target.Index) >= 0 ? slot.Bits : -1) };
        }

        return slot;
    }

    private static TypeReference? Pointee(Slot address) => address.Type is ByReferenceType reference ? reference.ElementType : address.Type;

    private void StoreIndirect(Instruction instruction, FlowState state, Slot address, Slot value)
    {
        TypeReference? type = instruction.Operand as TypeReference ?? Pointee(address);
        if (value.UnsignedWidth < 0 || type is null || !Slot.IsSignedWord(type))
        {
            if (address.Target.Kind == TargetKind.Local && value.Kind != SlotKind.Other)
            {
                state.Locals[address.Target.Index] = Stored(state.Locals[address.Target.Index], value);
            }

            return;
        }

        switch (address.Target.Kind)
        {
            case TargetKind.Local:
                WriteLocal(state, address.Target.Index, value.UnsignedWidth);
                break;
            case TargetKind.Argument:
                WriteArgument(state, address.Target.Index, value.UnsignedWidth);
                break;
            case TargetKind.ReferenceArgument:
                _own.WriteReference(address.Target.Index, value.UnsignedWidth);
                break;
            case TargetKind.Field:
                _rules.WriteField(address.Target.Field, value.UnsignedWidth);
                break;
            case TargetKind.Unknown or TargetKind.None:
                Report(instruction, value, "writes through a reference, and the variable behind it stays unsigned from then on");
                break;
        }
    }

    private void WriteLocal(FlowState state, int index, int width)
    {
        if (width > _writtenLocals.GetValueOrDefault(index, -1))
        {
            _writtenLocals[index] = width;
            _again = true;
        }

        Slot slot = state.Locals[index];
        state.Locals[index] = slot with
        {
            Width = Math.Max(slot.Width, width), UnsignedWidth = Math.Max(slot.UnsignedWidth, width),
                Why = "a local that was given an unsigned value through ref or out"
        };
    }

    private void WriteArgument(FlowState state, int index, int width)
    {
        if (width > _writtenArguments.GetValueOrDefault(index, -1))
        {
            _writtenArguments[index] = width;
            _again = true;
        }

        Slot slot = state.Arguments[index];
        state.Arguments[index] = slot with
        {
            UnsignedWidth = Math.Max(slot.UnsignedWidth, width), Why = "a parameter that was given an unsigned value through a reference"
        };
    }

    private Slot Operate(Instruction instruction, Slot left, Slot right)
    {
        Code code = instruction.OpCode.Code;
        if (left.Kind == SlotKind.Other)
        {
            return Slot.Other;
        }

        if (left.IsTrap && code is Code.Shr)
        {
            Report(instruction, left, "shifts in zeros where .NET shifts in the sign");
        }
        else if (left.IsTrap && code is Code.Rem)
        {
            Report(instruction, left, "gives the remainder of the unsigned value");
        }

        int width = Width(code, left.Bits, left.Width, right);
        int unsigned = left.UnsignedWidth < 0 ? -1 : Width(code, left.Bits, left.UnsignedWidth, right);
        return new Slot(left.Kind, width, unsigned, null, default, null, left.Why);
    }

    private static int Width(Code code, int bits, int left, Slot right)
    {
        bool isPositive = left < bits && right.Width < (right.Bits == 0 ? bits : right.Bits);
        return code switch
        {
            Code.Add => Math.Min(bits, Math.Max(left, right.Width) + 1),
            Code.Mul => Math.Min(bits, left + right.Width),
            Code.Div_Un => left,
            Code.Div => isPositive ? left : bits,
            Code.Rem_Un => Math.Min(left, right.Width),
            Code.Rem => isPositive ? Math.Min(left, right.Width) : bits,
            Code.And => Math.Min(left, right.Width),
            Code.Or or Code.Xor => Math.Max(left, right.Width),
            Code.Shl => right.Constant is { } places ? (int)Math.Min(bits, left + (places & (bits - 1))) : bits,
            Code.Shr_Un => right.Constant is { } places ? Math.Max(0, left - (int)(places & (bits - 1))) : left,
            Code.Shr => left < bits ? (right.Constant is { } places ? Math.Max(0, left - (int)(places & (bits - 1))) : left) : bits,
            _ => bits,
        };
    }

    private bool Conversion(Instruction instruction, FlowState state)
    {
        Code code = instruction.OpCode.Code;
        if (code is not (Code.Conv_I1 or Code.Conv_I2 or Code.Conv_I4 or Code.Conv_I8 or Code.Conv_I or Code.Conv_U1 or Code.Conv_U2
            or Code.Conv_U4 or Code.Conv_U8 or Code.Conv_U or Code.Conv_R4 or Code.Conv_R8 or Code.Conv_R_Un))
        {
            return false;
        }

        Slot value = state.Pop();
        if (value.IsTrap && code is Code.Conv_I8 && value.Kind == SlotKind.Int32)
        {
            Report(instruction, value, "widens with zeros where .NET widens with the sign");
        }
        else if (value.IsTrap && code is Code.Conv_R4 or Code.Conv_R8)
        {
            Report(instruction, value, "converts the unsigned value");
        }

        int width = value.Kind == SlotKind.Other ? 64 : value.Width;
        state.Push(code switch
        {
            Code.Conv_I1 => Slot.Signed(SlotKind.Int32, width < 8 ? width : 32),
            Code.Conv_I2 => Slot.Signed(SlotKind.Int32, width < 16 ? width : 32),
            Code.Conv_I4 or Code.Conv_I => Slot.Signed(SlotKind.Int32, Math.Min(width, 32)),
            Code.Conv_I8 => Slot.Signed(SlotKind.Int64, width < value.Bits ? width : 64),
            Code.Conv_U1 => Slot.Signed(SlotKind.Int32, Math.Min(width, 8)),
            Code.Conv_U2 => Slot.Signed(SlotKind.Int32, Math.Min(width, 16)),
            Code.Conv_U4 or Code.Conv_U => Slot.Unsigned(SlotKind.Int32, Math.Min(width, 32), "a cast to uint"),
            Code.Conv_U8 =>
                Slot.Unsigned(SlotKind.Int64, value.Kind == SlotKind.Int32
                    ? Math.Min(width, 32) : width, "a cast from an unsigned type to long, or to ulong"),
            _ => Slot.Other,
        });
        return true;
    }

    private void Call(Instruction instruction, MethodReference called, FlowState state)
    {
        MethodSummary? summary = _rules.Called(called);
        for (int i = called.Parameters.Count - 1; i >= 0; i--)
        {
            Slot passed = state.Pop();
            if (summary is null)
            {
                continue;
            }

            if (passed.UnsignedWidth >= 0 && Slot.IsSignedWord(called.Parameters[i].ParameterType))
            {
                summary.Pass(i, passed.UnsignedWidth,
                    $"{_method.DeclaringType.Name}.{_method.Name} passes as an unsigned value ({passed.Why})");
            }

            if (summary.Reference(i) is >= 0 and var width)
            {
                switch (passed.Target.Kind)
                {
                    case TargetKind.Local:
                        WriteLocal(state, passed.Target.Index, width);
                        break;
                    case TargetKind.Argument:
                        WriteArgument(state, passed.Target.Index, width);
                        break;
                    case TargetKind.ReferenceArgument:
                        _own.WriteReference(passed.Target.Index, width);
                        break;
                    case TargetKind.Field:
                        _rules.WriteField(passed.Target.Field, width);
                        break;
                }
            }

            if (passed.Target is { Kind: TargetKind.Local, Index: var local } && state.Locals[local].Kind != SlotKind.Other)
            {
                // whatever the callee wrote there
                state.Locals[local] = state.Locals[local].Widen();
            }
        }

        if (instruction.OpCode.Code == Code.Newobj)
        {
            state.Push(Slot.Other with { Type = called.DeclaringType });
            return;
        }

        if (called.HasThis)
        {
            state.Pop();
        }

        if (called.ReturnType.MetadataType == MetadataType.Void)
        {
            return;
        }

        Slot result = Slot.OfType(called.ReturnType, $"the result of {called.Name}");
        if (summary is { Returned: >= 0 } && Slot.IsSignedWord(called.ReturnType))
        {
            result =
                result with { UnsignedWidth = summary.Returned, Why = $"the result of {called.Name}, which returns {summary.ReturnedWhy}" };
        }

        state.Push(result);
    }

    private void Report(Instruction instruction, Slot value, string effect) => _report?.Invoke(
        instruction,
        $"{instruction.OpCode.Name} {effect}: the value counts as unsigned on a device ({value.Why}), whatever C# casts say. Stay in "
            + $"unsigned types, or restore the sign with '0 | (int)x' or '0L | (long)x'");
}
